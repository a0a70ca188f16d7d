"""What the pages and the terminal say: answers, outcomes and refusals as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ACTIONS = ("accept", "reject", "custom", "unsure")

OUTCOMES = {
    "applied": "Applied",
    "superseded": "Applied in place of an earlier answer",
    "second": "Kept; a second reviewer must agree before it counts",
    "disagreed": "Kept; two reviewers differ, and a third person decides",
    "unsure": "Noted as unsure; the question stays open",
    "late": "Kept, but not applied: the question had been withdrawn before the answer came",
}

ASKED = {
    "column": "What does this column mean?",
    "reading": "How are these values to be read?",
    "value": "What is this value?",
    "cell": "What is right in this one cell?",
    "audit": "Check at random: is the clean value right?",
}

STATUS = {
    "open": "open",
    "second": "waits for a second reviewer",
    "adjudication": "two reviewers differ",
    "decided": "decided",
    "withdrawn": "withdrawn: nothing asks about it any more",
}

AGENTS = {
    "machine": "the machine's proposal",
    "correction": "an earlier answer",
    "vocabulary": "a similar spelling in the vocabulary",
    "mapping": "what the column looks like",
}


def cells(number: int) -> str:
    """`1 cell`, `1,234 cells`."""
    return f"{number:,} cell" if number == 1 else f"{number:,} cells"


def questions(number: int) -> str:
    """`question waits`, `questions wait`: what follows a number."""
    return "question waits" if number == 1 else "questions wait"


def accept_means(item: Mapping[str, Any]) -> str | None:
    """What `accept` does to an item, or None where there is nothing to accept. `item`: review.question."""
    proposal, field = item["proposal"], item["proposal_field"]
    if not item["acceptable"]:
        return None
    if item["decision_on"] == "audit":
        return f"Right: {clean_value(item)}"
    if item["decision_on"] == "reading":
        return f"They belong under {field}: take them out of this column"
    if field is not None and field != item["field"]:
        return f"It belongs under {field}: no value here"
    if proposal is not None:
        return f"It is {proposal}"
    return f"Keep {item['machine_value']} as it is"


def clean_value(item: Mapping[str, Any]) -> str:
    """What an audited text was read as: the clean value, or why there is none."""
    value = str(item["machine_value"])
    return f"no value ({value.removeprefix('NULL ')})" if value.startswith("NULL ") else value


def accept_is_likely(item: Mapping[str, Any]) -> bool:
    """Whether the machine proposes something; else `accept` lets stand what it doubts, and Enter must not do that."""
    proposed = item["proposal"] is not None or item["decision_on"] == "reading"
    return proposed and item["decision_on"] != "audit" and accept_means(item) is not None


def reject_means(item: Mapping[str, Any]) -> str:
    """What `reject` does to an item."""
    return {
        "column": "None of the known fields: keep it as plain text",
        "reading": "They mean nothing here: no value",
        "audit": "Wrong: there is no such value",
    }.get(item["decision_on"], "There is no such value")


def custom_hint(item: Mapping[str, Any]) -> str:
    """What may be written into the value box."""
    if item["decision_on"] == "column":
        return "The name of a field, such as IMO."
    if item["decision_on"] == "reading":
        options = item["options"]
        return f"One of {', '.join(options)}." if options else "These values have no common value."
    return "Any form that cleaning reads. NULL unknown where there is none."


def answered(action: str, result: str | None) -> str:
    """An answer in a history: `accept → HO3272`."""
    return f"{action} → {result}" if result else action


def said(outcome: str, subject: str, result: str | None, settled: int) -> str:
    """What an answer came to. `outcome`: as review.decide gives it; `settled`: cells."""
    what = f"“{subject}” → {result}" if result else f"“{subject}”"
    done = f" {cells(settled)} settled." if outcome in ("applied", "superseded") else ""
    return f"{OUTCOMES.get(outcome, 'Taken')}: {what}.{done}"
