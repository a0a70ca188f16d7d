"""Who may come in, for how long, and that forms cannot be forged."""

from __future__ import annotations

import re
import stat
import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from tests.workers.web.face import House, form, text
from workers.errors import ConfigurationError
from workers.settings import Settings
from workers.web.app import create_app
from workers.web.sessions import review_key


def test_a_token_opens_and_its_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    maria = house.person(signed_in=False)
    page = maria.get("/")
    assert page.status_code == 401 and "Please sign in" in text(page)
    answer = maria.client.post(
        "/sign-in", data={**form(page, "/sign-in"), "token": maria.token}, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("oceanid_session="))
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    assert maria.token not in cookie
    assert "Maria" in text(maria.get("/"))


def test_a_wrong_token_is_refused_with_the_cure(house: House) -> None:
    maria = house.person(signed_in=False)
    page = maria.sign_in("not a token")
    assert page.status_code == 401
    assert "This token opens nothing: it is mistyped, or a newer one has replaced it." in text(page)
    assert "review.add_reviewer" in text(page)


@pytest.mark.parametrize(
    "back", ["//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example"]
)
def test_sign_in_leads_to_no_other_site(house: House, back: str) -> None:
    maria = house.person(signed_in=False)
    fields = form(maria.client.get("/sign-in"), "/sign-in")
    answer = maria.client.post(
        "/sign-in", data={**fields, "token": maria.token, "back": back}, follow_redirects=False
    )
    assert answer.headers["location"] == "/"


def test_what_was_typed_while_the_sign_in_expired_comes_back(house: House) -> None:
    maria = house.person()
    item_id = house.item("Atlantis")
    seen = maria.look(item_id)
    house.desk.db.execute("UPDATE review.reviewer SET token_expires_at = now() - interval '1 minute'")
    page = maria.answer(item_id, seen, action="custom", value="Norway", note="seen on the licence")
    assert page.status_code == 401
    assert "The sign-in of Maria has expired." in text(page)
    assert (
        "What you typed is kept" in text(page)
        and "Norway" in text(page)
        and "seen on the licence" in text(page)
    )
    assert house.decisions(item_id) == []
    token = house.desk.one("SELECT review.add_reviewer('maria', 'Maria')")
    page = maria.client.post("/sign-in", data={**form(page, "/sign-in"), "token": token})
    assert page.status_code == 200 and page.url.path == f"/items/{item_id}"
    again = form(page, f"/items/{item_id}")
    assert (again["value"], again["note"]) == ("Norway", "seen on the licence")
    maria.answer(item_id, again, action="custom")
    assert house.decisions(item_id) == [("maria", "custom", "NOR", True)]


def test_what_was_typed_survives_a_mistyped_token_and_a_bulk_answer_does_too(house: House) -> None:
    maria = house.person()
    key = house.desk.one("SELECT batch_key FROM review.items WHERE subject = 'Atlantis'")
    fields = form(maria.client.get("/batch", params={"key": key}), "/batch")
    maria.client.cookies.delete("oceanid_session")
    item_id = house.item("Lemuria")
    page = maria.client.post(
        "/batch", data={**fields, "items": [item_id], "action": "custom", "value": "NOR"}
    )
    assert page.status_code == 401
    page = maria.client.post("/sign-in", data={**form(page, "/sign-in"), "token": "wrong"})
    assert page.status_code == 401 and "NOR" in text(page)
    page = maria.client.post("/sign-in", data={**form(page, "/sign-in"), "token": maria.token})
    assert page.url.path == "/batch" and form(page, "/batch")["value"] == "NOR"
    assert re.search(rf'value="{item_id}" checked', page.text)


def test_what_is_too_long_to_come_back_is_shown_to_be_copied(house: House) -> None:
    maria = house.person()
    item_id = house.item("Atlantis")
    seen = maria.look(item_id)
    maria.client.cookies.delete("oceanid_session")
    note = "".join(chr(0x4E00 + n * 7) for n in range(1800))
    page = maria.answer(item_id, seen, action="reject", note=note)
    assert page.status_code == 401 and note in page.text and "Copy it from here" in text(page)


def test_a_new_token_ends_the_sessions_of_the_old_one(house: House) -> None:
    maria = house.person()
    house.desk.one("SELECT review.add_reviewer('maria', 'Maria')")
    assert maria.get("/").status_code == 401


def test_a_person_who_is_no_longer_a_reviewer_is_out_at_once(house: House) -> None:
    maria = house.person()
    house.desk.db.execute("UPDATE review.reviewer SET active = false")
    page = maria.get("/")
    assert page.status_code == 401 and "Maria is no longer a reviewer." in text(page)


def test_signing_out_ends_the_session(house: House) -> None:
    maria = house.person()
    maria.client.post("/sign-out", data=form(maria.get("/"), "/sign-out"))
    assert maria.get("/").status_code == 401


@pytest.mark.parametrize("token", [None, "", "0" * 64, "ä"])
def test_a_form_without_its_token_is_refused(house: House, token: str | None) -> None:
    maria = house.person()
    item_id = house.item("Atlantis")
    fields = maria.look(item_id)
    del fields["form_token"]
    if token is not None:
        fields["form_token"] = token
    for path in (f"/items/{item_id}", f"/items/{item_id}/undo", "/batch", "/sign-out"):
        page = maria.client.post(path, data={**fields, "action": "reject", "key": "any", "items": [item_id]})
        assert page.status_code == 403 and "Nothing was taken" in text(page)
    assert house.decisions(item_id) == []


def test_a_form_of_somebody_else_or_of_another_site_is_refused(house: House) -> None:
    maria, jon = house.person(), house.person("jon")
    item_id = house.item("Atlantis")
    stolen = {**maria.look(item_id), "action": "reject"}
    assert jon.answer(item_id, stolen).status_code == 403
    for header in (
        {"Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
    ):
        assert maria.client.post(f"/items/{item_id}", data=stolen, headers=header).status_code == 403
    assert house.decisions(item_id) == []


def test_a_cookie_that_was_changed_is_no_session(house: House) -> None:
    maria = house.person()
    value = maria.client.cookies["oceanid_session"]
    maria.client.cookies.clear()
    maria.client.cookies.set("oceanid_session", "x" + value)
    assert maria.get("/").status_code == 401


def test_every_page_forbids_foreign_and_inline_code_and_keeps_to_it(house: House) -> None:
    maria = house.person()
    document_id = house.desk.one("SELECT max(document_id) FROM stage.documents")
    key = house.desk.one("SELECT batch_key FROM review.items WHERE subject = 'Atlantis'")
    paths = [
        "/",
        f"/items/{house.item('Atlantis')}",
        f"/batch?key={key}",
        "/documents",
        f"/documents/{document_id}",
    ]
    for path in [*paths, "/sign-in", "/nowhere"]:
        page = maria.get(path)
        policy = page.headers["content-security-policy"]
        assert (
            "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        )
        assert (
            page.headers["x-content-type-options"] == "nosniff"
            and page.headers["cache-control"] == "no-store"
        )
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", page.text)
        assert (
            page.text.count("<main") == 1 and page.text.count("<h1") == 1 and '<html lang="en">' in page.text
        )


def test_what_registries_say_is_shown_as_text(house: House) -> None:
    evil = '"><script>alert(1)</script>'
    house.desk.clean(["Vessel Name", "Flag State"], [["A", evil], ["B", "NOR"]])
    maria = house.person()
    for path in ("/", f"/items/{house.item(evil)}"):
        page = maria.get(path).text
        assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def settings(home: Path, key: str | None = None) -> Settings:
    return Settings(database_url=None, home=home, review_key=None if key is None else SecretStr(key))


def test_servers_of_one_home_accept_each_others_sign_ins_and_forms_also_after_a_restart(
    house: House, tmp_path: Path
) -> None:
    key = review_key(settings(tmp_path / "home"))
    apps = [
        create_app(house.desk.url, key),
        create_app(house.desk.url, review_key(settings(tmp_path / "home"))),
    ]
    token = house.desk.one("SELECT review.add_reviewer('maria', 'Maria')")
    item_id = house.item("Atlantis")
    with TestClient(apps[0]) as one, TestClient(apps[1]) as other:
        one.post("/sign-in", data={**form(one.get("/sign-in"), "/sign-in"), "token": token})
        shown = form(one.get(f"/items/{item_id}"), f"/items/{item_id}")
        other.cookies = one.cookies
        assert "Maria" in text(other.get("/"))
        done = other.post(f"/items/{item_id}", data={**shown, "action": "custom", "value": "Norway"})
    assert done.status_code == 200 and house.decisions(item_id) == [("maria", "custom", "NOR", True)]


def test_a_server_with_another_key_asks_for_a_sign_in(house: House) -> None:
    maria = house.person()
    with TestClient(create_app(house.desk.url, b"another key, also thirty-two bytes")) as other:
        other.cookies = maria.client.cookies
        assert other.get("/").status_code == 401


def test_the_key_is_made_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    home = tmp_path / "not" / "yet"
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(review_key(settings(home)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(keys) == 8 and len(set(keys)) == 1 and len(keys[0]) == 64
    (path,) = home.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="Others can read") as error:
        review_key(settings(home))
    assert "chmod 600" in (error.value.hint or "")


def test_a_key_given_by_a_setting_goes_before_and_must_be_long(tmp_path: Path) -> None:
    assert review_key(settings(tmp_path, "k" * 32)) == b"k" * 32
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConfigurationError, match="OCEANID_REVIEW_KEY is too short"):
        review_key(settings(tmp_path, "short"))
