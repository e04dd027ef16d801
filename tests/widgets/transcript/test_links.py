"""LNK-01, LNK-03: sixty addresses at the gate."""

from __future__ import annotations

import pytest

from gui.widgets.transcript import safe_target, shown_target

REFUSED = [
    *("smb://host/share", "ms-msdt:/id PCWDiagnostic", "file:///etc/passwd", "FILE:///etc/passwd"),
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "vbscript:x"),
    *("data:text/html,<script>1</script>", "vscode://file/x", "\\\\host\\share", "tel:+8210"),
    *("//evil.example/x", "/etc/passwd", "etc/passwd", "../up", "#fragment", "?query", ""),
    *(" https://example.org", "\thttps://example.org", "\x01https://example.org"),
    *("ht\ntps://example.org", "https:\n//example.org", "https://exa\u200bmple.org"),
    *("https://example.org/\u202egpj.exe", "https://example.org/\u0000", "http:/\\evil.example"),
    *("https:\\\\evil.example", "https://evil.example\\@bank.example", "https://", "http:///path"),
    *("https:example.org", "https://host:notaport/", "https://host:99999/", "https://[::1"),
    *("https://ex ample.org", "https://-", "https://.", "https://a_b..c<d>", "ftp://example.org"),
    *("mailto:", "mailto:nobody", "mailto:a@b?attach=/etc/passwd", "mailto:a@b c", "mailto://a@b"),
    *("ms-settings:", "ldap://x", "jar:https://x!/", "view-source:https://x", "about:blank"),
    *("chrome://settings", "steam://run/1", "intent://x#Intent;end", "blob:https://x/1"),
    *("https://" + "a" * 3000 + ".example", "\u2028https://example.org"),
]
ALLOWED = {
    "https://example.org": "https://example.org",
    "HTTPS://Example.ORG/Path": "https://example.org/Path",
    "http://127.0.0.1:11434/api": "http://127.0.0.1:11434/api",
    "https://[::1]:8080/x": "https://[::1]:8080/x",
    "https://예시.example/길": "https://xn--vv4b11d.example/길",
    "https://user@evil.example/": "https://user@evil.example/",
    "mailto:me@example.org?subject=hi": "mailto:me@example.org?subject=hi",
    "https://example.org/?q=a&b=%20c#d": "https://example.org/?q=a&b=%20c#d",
}


@pytest.mark.parametrize("url", REFUSED)
def test_lnk01_refused(url: str) -> None:
    assert safe_target(url) is None
    assert shown_target(url) == ""


@pytest.mark.parametrize("url", ALLOWED)
def test_lnk01_allowed(url: str) -> None:
    assert safe_target(url) == ALLOWED[url]


def test_lnk01_sixty_addresses() -> None:
    assert len(REFUSED) + len(ALLOWED) >= 60


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://аpple.com/login", "xn--pple-43d.com"),
        ("https://bank.example@evil.example/", "evil.example"),
        ("https://bank.example:443@evil.example:8443/", "evil.example"),
        ("HTTP://EVIL.example", "evil.example"),
        ("mailto:me@example.org", "me@example.org"),
    ],
)
def test_lnk03_the_real_host_is_shown(url: str, host: str) -> None:
    assert shown_target(url) == host
