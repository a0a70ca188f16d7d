"""The pages that only show: queue, item, batch, documents."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from workers.web import words
from workers.web.face import Face, address, wanted_of
from workers.web.sessions import DRAFT, Reviewer
from workers.web.store import Row, Wanted

_Text = Annotated[str | None, Query(max_length=200)]
_Id = Annotated[int | None, Query(ge=0, le=2**63 - 1)]
Key = Annotated[int, Path(ge=1, le=2**63 - 1)]
_BATCH_PAGE = 200


def item_page(
    face: Face,
    request: Request,
    who: Reviewer,
    item_id: int,
    wanted: Wanted,
    *,
    status: int = 200,
    problem: str | None = None,
    hint: str | None = None,
    draft: dict[str, Any] | None = None,
    said: Row | None = None,
) -> Response:
    """An item with its row, its story, and what may be answered. `draft`: what was typed into its form."""
    item = face.store.question(item_id)
    before, after = face.store.neighbours(item_id, wanted)
    shown = list(item["suggestions"])[:5]
    if not shown:
        shown = [{"value": option, "score": None, "agent": None} for option in item["options"][:5]]
    return face.page(
        request,
        "item.html",
        who,
        status,
        item=item,
        story=face.store.story(item_id),
        suggestions=shown,
        fields=face.store.fields() if item["decision_on"] == "column" else [],
        accept=words.accept_means(item),
        likely=words.accept_is_likely(item),
        reject=words.reject_means(item),
        wanted=wanted,
        before=before and address(f"/items/{before}", wanted),
        after=after and address(f"/items/{after}", wanted),
        after_id=after,
        queue=address("/", wanted),
        problem=problem,
        hint=hint,
        draft=draft or {},
        said=said,
    )


def said_of(face: Face, decision_id: int | None, outcome: str | None) -> Row | None:
    """What the last answer came to, as {text, undo: {item_id, decision_id} or None}."""
    decision = face.store.decision(decision_id) if decision_id else None
    if decision is None:
        return None
    if decision["action"] == "undo":
        return {
            "text": f"Taken back: “{decision['subject']}” is asked again, or has its earlier answer.",
            "undo": None,
        }
    known = outcome if outcome in words.OUTCOMES else "applied" if decision["applied"] else "unsure"
    text = words.said(known, decision["subject"], decision["result"], decision["cells_settled"])
    return {"text": text, "undo": decision if decision["applied"] else None}


def router(face: Face) -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.get("/")
    def queue(
        request: Request,
        source: _Text = None,
        field: _Text = None,
        kind: _Text = None,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
        after: _Id = None,
        outcome: _Text = None,
    ) -> Response:
        who = face.signed_in(request, _path(request))
        wanted = wanted_of(source, field, kind)
        size = face.store.page_size()
        items = face.store.queue(wanted, page, size)
        progress = face.store.progress(wanted)
        waiting = face.store.waiting()
        return face.page(
            request,
            "queue.html",
            who,
            items=[(item, address(f"/items/{item['item_id']}", wanted)) for item in items],
            progress=progress,
            choices={
                name: sorted({row[column] for row in waiting})
                for name, column in (("source", "source_name"), ("field", "field"), ("kind", "decision_on"))
            },
            wanted=wanted,
            recent=face.store.recent(),
            earlier=address("/", wanted, page=page - 1) if page > 1 else None,
            later=address("/", wanted, page=page + 1) if page * size < progress["items"] else None,
            first=(page - 1) * size + 1,
            said=said_of(face, after, outcome),
        )

    @routes.get("/items/{item_id}")
    def item(
        request: Request,
        item_id: Key,
        source: _Text = None,
        field: _Text = None,
        kind: _Text = None,
        after: _Id = None,
        outcome: _Text = None,
    ) -> Response:
        who = face.signed_in(request, _path(request))
        draft = face.keys.open("draft", request.cookies.get(DRAFT))
        mine = draft if draft and draft.get("item_id") == item_id else None
        response = item_page(
            face,
            request,
            who,
            item_id,
            wanted_of(source, field, kind),
            draft=mine,
            said=said_of(face, after, outcome),
        )
        if mine:
            response.delete_cookie(DRAFT)
        return response

    @routes.get("/batch")
    def batch(request: Request, key: Annotated[str, Query(max_length=300)], after: _Id = None) -> Response:
        who = face.signed_in(request, _path(request))
        draft = face.keys.open("draft", request.cookies.get(DRAFT))
        mine = draft if draft and draft.get("batch") == key else None
        response = batch_page(face, request, who, key, draft=mine)
        if mine:
            response.delete_cookie(DRAFT)
        return response

    @routes.get("/documents")
    def documents(request: Request) -> Response:
        who = face.signed_in(request, _path(request))
        return face.page(request, "documents.html", who, documents=face.store.documents())

    @routes.get("/documents/{document_id}")
    def document(request: Request, document_id: Key) -> Response:
        who = face.signed_in(request, _path(request))
        found, columns = face.store.document(document_id)
        if found is None:
            return face.refusal(
                request,
                404,
                f"There is no cleaned document {document_id}.",
                "The list of documents shows what there is.",
            )
        return face.page(request, "document.html", who, document=found, columns=columns)

    return routes


def batch_page(
    face: Face,
    request: Request,
    who: Reviewer,
    key: str,
    *,
    status: int = 200,
    problem: str | None = None,
    hint: str | None = None,
    draft: dict[str, Any] | None = None,
    report: Row | None = None,
) -> Response:
    """The open items of a batch, to be answered together. `report`: what the last answer to several came to."""
    items = face.store.batch(key, _BATCH_PAGE)
    return face.page(
        request,
        "batch.html",
        who,
        status,
        key=key,
        items=[(item, words.accept_means(item)) for item in items],
        problem=problem,
        hint=hint,
        draft=draft or {},
        report=report,
    )


def _path(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
