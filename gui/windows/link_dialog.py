"""The one gate through which a link leaves the app: shown whole, opened on a click."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.language import tr
from gui.widgets.transcript.links import safe_target


def ask_and_open(link: str, parent: QWidget) -> QMessageBox | None:
    """Ask whether to open `link` in the system's browser; a scheme we do not open is ignored.

    The box shows the real host in its ASCII form, so a look-alike cannot hide.
    """
    target = safe_target(link)
    if target is None:
        return None
    box = QMessageBox(parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(tr("Open a link"))
    box.setText(tr("Open this address in your browser?"))
    box.setInformativeText(target)
    open_button = box.addButton(tr("Open"), QMessageBox.ButtonRole.AcceptRole)
    box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def finish() -> None:
        if box.clickedButton() is open_button:
            QDesktopServices.openUrl(QUrl(target))

    box.finished.connect(finish)
    box.open()
    return box
