"""The forms: sign in and out, answer, answer several, take back. Each checks the session, then the form's token."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import psycopg
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from workers.web import words
from workers.web.face import Face, address, local, told, wanted_of
from workers.web.pages import Key, batch_page, item_page
from workers.web.sessions import DRAFT, GUEST, SESSION, Refused, from_elsewhere, keep_draft, set_cookie

_Token = Annotated[str | None, Form(max_length=200)]
_Word = Annotated[str | None, Form(max_length=200)]
_Value = Annotated[str, Form(max_length=2000)]
_Note = Annotated[str, Form(max_length=2000)]
_Ids = Annotated[list[int], Form()]


def router(face: Face) -> APIRouter:
    """The routes."""
    routes = APIRouter()
    store, keys = face.store, face.keys

    @routes.get("/sign-in")
    def sign_in_page(request: Request, back: str = "/") -> Response:
        return face.sign_in_page(request, None, None, local(back), None)

    @routes.post("/sign-in")
    def sign_in(
        request: Request,
        token: Annotated[str, Form(max_length=400)] = "",
        form_token: _Token = None,
        back: Annotated[str, Form(max_length=4000)] = "/",
    ) -> Response:
        if from_elsewhere(request):
            raise Refused
        draft = keys.open("draft", request.cookies.get(DRAFT))
        if not request.cookies.get(GUEST):
            return face.sign_in_page(
                request,
                "Your browser sent no cookie.",
                "Allow cookies for this address and try again.",
                local(back),
                draft,
            )
        request.cookies.pop(SESSION, None)  # the form was made for the guest
        keys.check_form(request, form_token)
        try:
            _, token_sha256 = store.sign_in(token)
        except psycopg.Error as error:
            if error.sqlstate != "OC401":
                raise
            _, message, hint = told(error)
            return face.sign_in_page(request, message, hint, local(back), draft)
        response = RedirectResponse(local(back), 303)
        set_cookie(request, response, SESSION, keys.seal("session", {"token": token_sha256}))
        response.delete_cookie(GUEST)
        keep_draft(request, response, keys, draft)
        return response

    @routes.post("/sign-out")
    def sign_out(request: Request, form_token: _Token = None) -> Response:
        keys.check_form(request, form_token)
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(SESSION)
        return response

    @routes.post("/items/{item_id}")
    def answer(
        request: Request,
        item_id: Key,
        form_token: _Token = None,
        action: _Word = None,
        pick: Annotated[str | None, Form(max_length=2000)] = None,
        value: _Value = "",
        note: _Note = "",
        seen: Annotated[int, Form()] = 0,
        then: Annotated[int | None, Form()] = None,
        source: _Word = None,
        field: _Word = None,
        kind: _Word = None,
    ) -> Response:
        if from_elsewhere(request):
            raise Refused
        wanted = wanted_of(source, field, kind)
        draft = {"item_id": item_id, "value": value if pick is None else pick, "note": note, "action": action}
        who = face.signed_in(request, address(f"/items/{item_id}", wanted), draft)
        keys.check_form(request, form_token)

        def again(status: int, problem: str, hint: str | None) -> Response:
            return item_page(
                face, request, who, item_id, wanted, status=status, problem=problem, hint=hint, draft=draft
            )

        item = store.question(item_id)
        newer = [a for a in item["answers"] if a["decision_id"] > seen and a["action"] != "unsure"]
        if newer and item["status"] != "second":  # a second opinion is wanted, not a warning
            last = newer[0]
            return again(
                409,
                f"{last['name']} answered meanwhile: {words.answered(last['action'], last['result'])}. "
                "Yours has not been sent.",
                "What you typed is still here. Send it again to let it follow that answer.",
            )
        if pick is not None:
            # the machine's own proposal is accepted, not written again: the answer then says that it was right
            accepts = pick == item["proposal"] and item["proposal_field"] in (None, item["field"])
            action, value = ("accept", "") if accepts or pick == "" else ("custom", pick)
        elif action is None:
            action = "accept" if not value.strip() and words.accept_is_likely(item) else "custom"  # Enter
        if action == "custom" and not value.strip():
            return again(
                422, "There is no value to send.", "Write it into the box, or choose another answer."
            )
        if action == "accept" and words.accept_means(item) is None:
            return again(
                422, "There is nothing to accept.", "Write the value, reject, or say that you are not sure."
            )
        try:
            done = store.decide(
                item_id, action, value if action == "custom" else None, who.name, note.strip() or None
            )
        except psycopg.Error as error:
            return again(*told(error))
        path = f"/items/{then}" if then is not None and done.outcome != "late" else "/"
        if done.outcome == "late":
            path = f"/items/{item_id}"
        return RedirectResponse(address(path, wanted, after=done.decision_id, outcome=done.outcome), 303)

    @routes.post("/items/{item_id}/undo")
    def undo(
        request: Request,
        item_id: Key,
        form_token: _Token = None,
        decision: Annotated[int, Form()] = 0,
        source: _Word = None,
        field: _Word = None,
        kind: _Word = None,
    ) -> Response:
        if from_elsewhere(request):
            raise Refused
        wanted = wanted_of(source, field, kind)
        who = face.signed_in(request, address(f"/items/{item_id}", wanted))
        keys.check_form(request, form_token)
        item = store.question(item_id)
        if item["standing"] != decision:
            return item_page(
                face,
                request,
                who,
                item_id,
                wanted,
                status=409,
                problem="That answer no longer holds: it was taken back, or another replaced it.",
                hint="The answers below show what happened. Nothing was changed.",
            )
        try:
            done = store.undo(item_id, who.name)
        except psycopg.Error as error:
            status, problem, hint = told(error)
            return item_page(face, request, who, item_id, wanted, status=status, problem=problem, hint=hint)
        return RedirectResponse(address(f"/items/{item_id}", wanted, after=done.decision_id), 303)

    @routes.post("/batch")
    def bulk(
        request: Request,
        key: Annotated[str, Form(max_length=300)],
        items: _Ids = [],  # noqa: B006  FastAPI copies it
        form_token: _Token = None,
        action: _Word = None,
        value: _Value = "",
        note: _Note = "",
    ) -> Response:
        if from_elsewhere(request):
            raise Refused
        draft: dict[str, Any] = {"batch": key, "items": items, "value": value, "note": note}
        who = face.signed_in(request, address("/batch", wanted_of(None, None, None), key=key), draft)
        keys.check_form(request, form_token)
        if action not in words.ACTIONS or not items or (action == "custom" and not value.strip()):
            problem = (
                "No item is ticked."
                if not items
                else "There is no value to send."
                if action == "custom"
                else "That is no answer."
            )
            return batch_page(
                face, request, who, key, status=422, problem=problem, hint="Nothing was taken.", draft=draft
            )
        open_now = {item["item_id"]: item for item in store.batch(key, 2**31 - 1)}
        outcomes: Counter[str] = Counter()
        settled = 0
        refused: list[dict[str, Any]] = []
        for item_id in dict.fromkeys(items):
            if item_id not in open_now:
                refused.append(
                    {
                        "subject": f"item {item_id}",
                        "why": "Somebody answered it meanwhile, or it was withdrawn.",
                    }
                )
                continue
            try:
                # one transaction each: what one of them cannot be does not undo the others
                done = store.decide(
                    item_id, action, value if action == "custom" else None, who.name, note.strip() or None
                )
            except psycopg.Error as error:
                refused.append({"subject": open_now[item_id]["subject"], "why": told(error)[1]})
            else:
                outcomes[done.outcome] += 1
                settled += open_now[item_id]["cells"] if done.outcome in ("applied", "superseded") else 0
        report = {"outcomes": dict(outcomes), "settled": settled, "refused": refused}
        kept = draft if refused and action == "custom" else None
        return batch_page(face, request, who, key, report=report, draft=kept)

    return routes
