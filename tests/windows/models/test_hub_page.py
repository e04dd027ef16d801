"""The Hugging Face page by keyboard: search, look, name, download, enter a token."""

from __future__ import annotations

import pytest
from app_driver import AppDriver
from hub_in_app import Ring, hub_page, models_window
from journeys.conftest import Journey
from models.huggingface.conftest import HubUnderTest
from models.huggingface.hub_server import GOOD_TOKEN
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QWidget
from tiny_models import tiny_llama

from gui.records import HubHelp, TransferState
from gui.windows.models.get_page import GetPage
from gui.windows.models.hub_page import HubPage
from gui.windows.models.token_dialog import TokenDialog

Key = Qt.Key


def focused(page: HubPage) -> QWidget | None:
    return page.window().focusWidget()


def press(widget: QWidget, key: Qt.Key) -> None:
    QTest.keyClick(widget, key)


def test_a_model_is_found_and_downloaded_by_keyboard(
    journey: Journey, hub_served: HubUnderTest
) -> None:
    hub_served.add("other/gemma-GGUF", {"gemma-Q4_0.gguf": b"GGUF" + bytes(9)})
    hub_served.add(
        "u/Tiny-GGUF",
        {"tiny-Q2_K.gguf": tiny_llama()[:300_000], "tiny-Q4_K_M.gguf": tiny_llama()},
    )

    async def script(app: AppDriver) -> None:
        await app.ready()
        page = await hub_page(app)
        assert page.list.count == 2
        assert focused(page) is page.field
        QTest.keyClicks(page.field, "tiny")
        await app.until(lambda: page.list.count == 1, "it is found")
        press(page.field, Key.Key_Down)
        assert focused(page) is page.list
        await app.until(lambda: app.to.hub.look, "its files are listed")
        press(page.list, Key.Key_Return)
        assert focused(page) is page.panel.files
        offer = page.panel.files.offer
        assert offer is not None
        assert offer.is_recommended
        assert offer.file.quantization == "Q4_K_M"
        form = page.panel.form
        assert form.field.text() == "tiny:q4_k_m"
        press(page.panel.files, Key.Key_Up)
        assert form.field.text() == "tiny:q2_k"
        press(page.panel.files, Key.Key_Down)
        form.field.setFocus()
        form.field.selectAll()
        QTest.keyClicks(form.field, "my tiny")
        assert form.problem.isVisible()
        assert not form.get.isEnabled()
        form.field.selectAll()
        QTest.keyClicks(form.field, "mine")
        assert "mine:latest" in form.note.text()
        press(page.panel.files, Key.Key_Up)
        press(page.panel.files, Key.Key_Down)
        assert form.field.text() == "mine", "a name that was typed stays"
        press(form.field, Key.Key_Return)
        window = models_window(app)
        await app.until(lambda: window.strip.rows, "it is on its way")
        assert "on its way" in form.note.text()
        assert not form.get.isEnabled()
        await app.until(
            lambda: app.to.transfers.transfers[0].state is TransferState.DONE, "it is done"
        )
        await app.until(
            lambda: "mine:latest" in [m.name for m in app.to.library.models], "it is listed"
        )
        form.field.setText("MINE")
        await app.until(lambda: form.problem.isVisible() or form.note.isVisible(), "judged")

    journey(script)


def test_a_name_that_is_taken_is_refused(journey: Journey, hub_served: HubUnderTest) -> None:
    hub_served.add("u/smollm2", {"m-135m.gguf": b"GGUF" + bytes(9)})

    async def script(app: AppDriver) -> None:
        await app.ready()
        page = await hub_page(app)
        await app.until(lambda: app.to.library.models, "the models are listed")
        app.to.hub.open("u/smollm2")
        await app.until(lambda: app.to.hub.look, "its files are listed")
        page.panel.form.field.setText(app.to.library.models[0].name.upper())
        assert "already" in page.panel.form.problem.text()
        assert not page.panel.form.get.isEnabled()

    journey(script)


def test_a_pasted_address_leads_to_the_files(journey: Journey, hub_served: HubUnderTest) -> None:
    files = {f"m-{q}.gguf": b"GGUF" + bytes(9) for q in ("Q4_K_M", "Q8_0")}
    files["mmproj-m-f16.gguf"] = b"GGUF" + bytes(99)
    hub_served.add("u/m-GGUF", files | {"README.md": b"# Hi\n\n[there](https://x.example)"})

    async def script(app: AppDriver) -> None:
        page = await hub_page(app)
        QApplication.clipboard().setText("https://huggingface.co/u/m-GGUF/blob/main/m-Q8_0.gguf")
        page.field.paste()
        await app.until(lambda: app.to.hub.look, "it is looked into")
        press(page.field, Key.Key_Return)
        await app.until(lambda: focused(page) is page.panel.files, "the files have the keyboard")
        offer = page.panel.files.offer
        assert offer is not None
        assert offer.file.name == "m-Q8_0.gguf"
        form = page.panel.form
        assert form.vision.isChecked()
        assert "mmproj-m-f16.gguf (103 B)" in form.vision.text()
        assert [file.name for file in form._choices()] == ["m-Q8_0.gguf", "mmproj-m-f16.gguf"]
        press(form.vision, Key.Key_Space)
        assert [file.name for file in form._choices()] == ["m-Q8_0.gguf"]
        page.panel.tabs.setCurrentIndex(1)
        await app.until(lambda: page.panel.card.text.startswith("# Hi"), "its card is read")
        press(page.panel.card, Key.Key_Right)
        press(page.panel.card, Key.Key_Return)
        box = page.findChild(QMessageBox)
        assert box is not None, "a link is asked about first"
        assert box.informativeText() == "https://x.example"
        box.reject()

    journey(script)


def test_a_gated_one_explains_itself_and_a_token_opens_it(
    journey: Journey, hub_served: HubUnderTest, ring: Ring
) -> None:
    hub_served.add("u/tiny-GGUF", {"tiny-Q4_0.gguf": tiny_llama()}, gated="manual", agreed=True)

    async def script(app: AppDriver) -> None:
        await app.ready()
        page = await hub_page(app)
        press(page.field, Key.Key_Down)
        await app.until(lambda: app.to.hub.look, "its files are listed")
        panel = page.panel
        assert panel.gate.isVisible()
        assert "accept them on its page" in panel.terms.text()
        assert "can take days" in panel.terms.text()
        assert not panel.form.get.isEnabled()
        press(panel.accept, Key.Key_Space)
        box = page.findChild(QMessageBox)
        assert box is not None
        assert box.informativeText() == f"{hub_served.urls['hub']}/u/tiny-GGUF"
        box.reject()
        press(panel.token, Key.Key_Space)
        await app.until(lambda: page.findChild(TokenDialog), "the dialog opens")
        dialog = page.findChild(TokenDialog)
        assert dialog is not None
        assert dialog.field.echoMode() is QLineEdit.EchoMode.Password
        QTest.keyClicks(dialog.field, "hf_wrongwrongwrong")
        press(dialog.field, Key.Key_Return)
        await app.until(lambda: dialog.refusal.isVisible(), "it is refused")
        assert "does not accept your token" in dialog.refusal.text()
        assert not dialog.session.isVisible()
        dialog.field.clear()
        QTest.keyClicks(dialog.field, GOOD_TOKEN)
        press(dialog.field, Key.Key_Return)
        await app.until(lambda: app.to.hub.account.has_token, "it is kept")
        await app.until(lambda: not page.findChild(TokenDialog), "the dialog closes")
        assert page.account.text() == "someone"
        assert "someone" in panel.terms.text()
        assert not panel.token.isVisible()
        press(panel.form.get, Key.Key_Space)
        await app.until(lambda: app.to.transfers.transfers, "it is on its way")
        await app.until(
            lambda: app.to.transfers.transfers[0].state is TransferState.DONE, "it is done"
        )
        again = page.open_token_dialog()
        assert "someone" in again.state.text()
        assert again.field.text() == ""
        press(again.forget, Key.Key_Space)
        await app.until(lambda: not ring.kept, "it is forgotten")
        await app.until(lambda: panel.token.isVisible(), "the page knows")
        assert not panel.form.get.isEnabled()
        again.reject()

    journey(script)


def test_tok_03_without_a_keyring_the_dialog_offers_this_session(
    journey: Journey, hub_served: HubUnderTest, ring: Ring
) -> None:
    ring.is_there = False

    async def script(app: AppDriver) -> None:
        page = await hub_page(app)
        dialog = page.open_token_dialog()
        assert not dialog.session.isVisible()
        QTest.keyClicks(dialog.field, GOOD_TOKEN)
        press(dialog.field, Key.Key_Return)
        await app.until(lambda: dialog.refusal.isVisible(), "there is no keyring")
        assert "no keyring" in dialog.refusal.text()
        assert dialog.height() >= dialog.layout().totalHeightForWidth(dialog.width())
        press(dialog.session, Key.Key_Space)
        await app.until(lambda: app.to.hub.account.has_token, "it is kept for now")
        again = page.open_token_dialog()
        assert "until Ondol ends" in again.state.text()
        again.reject()

    journey(script)


def test_a_private_one_opens_when_the_token_is_there(
    journey: Journey, hub_served: HubUnderTest
) -> None:
    hub_served.add("u/mine-GGUF", {"m-Q4_0.gguf": b"GGUF" + bytes(9)}, private=True)

    async def script(app: AppDriver) -> None:
        page = await hub_page(app)
        page.field.setText("u/mine-GGUF")
        press(page.field, Key.Key_Return)
        nothing = page.panel.nothing
        await app.until(lambda: "needs your token" in nothing.message.text(), "it is refused")
        press(nothing.buttons[HubHelp.TOKEN], Key.Key_Space)
        dialog = page.findChild(TokenDialog)
        assert dialog is not None
        QTest.keyClicks(dialog.field, GOOD_TOKEN)
        press(dialog.field, Key.Key_Return)
        await app.until(lambda: app.to.hub.look, "it is looked into again")
        await app.until(lambda: page.panel.files.count == 1, "its file is there")

    journey(script)


def test_what_goes_wrong_is_told_with_a_button(
    journey: Journey, hub_served: HubUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_served.add("u/m-GGUF", {"m-Q4_0.gguf": b"GGUF" + bytes(9)})

    async def script(app: AppDriver) -> None:
        page = await hub_page(app)
        hub_served.fail(answers=[{"status": 503}])
        press(page.field, Key.Key_Return)
        nothing = page.nothing
        await app.until(lambda: "does not answer" in nothing.message.text(), "it is told")
        press(nothing.buttons[HubHelp.RETRY], Key.Key_Space)
        await app.until(lambda: page.pages.currentWidget() is page.list, "the list is back")
        page.field.setText("nothing like it")
        press(page.field, Key.Key_Return)
        await app.until(lambda: "matches" in nothing.message.text(), "nothing is found")
        page.field.clear()
        await app.until(lambda: page.pages.currentWidget() is page.list, "all are back")
        monkeypatch.setenv("HF_ENDPOINT", "ftp://x")
        press(page.field, Key.Key_Return)
        await app.until(lambda: "HF_ENDPOINT" in nothing.message.text(), "no address")
        press(nothing.buttons[HubHelp.ELSEWHERE], Key.Key_Space)
        assert isinstance(page.window().stack.currentWidget(), GetPage)

    journey(script)


def test_offline_is_said_and_nothing_is_asked(
    journey: Journey, hub_served: HubUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)

    async def script(app: AppDriver) -> None:
        page = await hub_page(app)
        await app.until(lambda: "HF_HUB_OFFLINE" in page.nothing.message.text(), "it is said")
        assert page.nothing.buttons[HubHelp.ELSEWHERE].isVisible()
        assert not hub_served.requests()

    journey(script)


def test_everything_is_named_and_reached_by_tab(journey: Journey, hub_served: HubUnderTest) -> None:
    hub_served.add("u/m-GGUF", {"m-Q4_0.gguf": b"GGUF" + bytes(9)}, gated="auto")

    async def script(app: AppDriver) -> None:
        page = await hub_page(app)
        press(page.field, Key.Key_Down)
        await app.until(lambda: app.to.hub.look, "its files are listed")
        page.field.setFocus()
        reached: list[QWidget] = []
        for _ in range(60):
            widget = focused(page)
            if widget is None or widget in reached:
                break
            reached.append(widget)
            page.window().focusNextChild()
        panel = page.panel
        for widget in (
            *(page.field, page.account, page.list, panel.open, panel.accept, panel.token),
            *(panel.tabs, panel.files, panel.form.field),
        ):
            assert widget in reached, widget
        assert not [w for w in reached if not (w.accessibleName() or getattr(w, "text", str)())]

    journey(script)
