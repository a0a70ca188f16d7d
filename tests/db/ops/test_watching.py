"""Heartbeats, depth, metrics and the proof that nothing is lost."""

from __future__ import annotations

import psycopg

from tests.db.ops.queue_helpers import begun, consistent, depth, one, send, take


def test_depth_counts_every_message_once(db: psycopg.Connection) -> None:
    for number in range(4):
        send(db, f"k{number}")
    db.execute("SELECT ops.fail(%s, %s, %s, 'boom')", begun(db))
    begun(db)
    assert depth(db) == {"messages": 4, "visible": 2, "in_flight": 1, "delayed": 1, "overdue": 0}
    assert one(db, "SELECT count(*) FROM ops.queue_messages(ARRAY['clean'])") == 4
    assert one(db, "SELECT oldest_age >= interval '0' FROM ops.queue_depth WHERE queue = 'clean'")


def test_the_next_message_of_some_queues_is_known_without_reading_them(db: psycopg.Connection) -> None:
    assert one(db, "SELECT ops.next_visible(ARRAY['clean', 'score'])") is None
    db.execute("SELECT ops.enqueue('score', '{}', 'k', '1 hour')")
    assert one(db, "SELECT ops.next_visible(ARRAY['clean', 'score']) > now() + interval '59 min'")
    send(db, "k")
    assert one(db, "SELECT ops.next_visible(ARRAY['clean', 'score']) <= clock_timestamp()")


def test_a_worker_lives_while_it_beats_and_until_it_says_goodbye(db: psycopg.Connection) -> None:
    beat = "SELECT ops.beat(%s, 'host', 1, ARRAY['clean'], %s, 'clean/k', 3, 1)"
    assert one(db, beat, "a", "working") == one(db, "SELECT heartbeat_every FROM ops.worker_policy")
    db.execute(beat, ("b", "idle"))
    db.execute(beat, ("c", "idle"))
    db.execute(beat, ("c", "stopped"))
    db.execute("UPDATE ops.worker_heartbeat SET beat_at = now() - interval '1 day' WHERE worker = 'b'")
    assert db.execute(
        "SELECT worker, alive, state, jobs_done FROM ops.worker_status ORDER BY worker"
    ).fetchall() == [
        ("a", True, "working", 3),
        ("b", False, "silent", 3),
        ("c", False, "stopped", 3),
    ]


def test_a_lost_or_doubled_message_shows(db: psycopg.Connection) -> None:
    lost, doubled = send(db, "lost"), send(db, "doubled")
    take(db)
    assert consistent(db)
    db.execute("SELECT pgmq.delete('clean', %s)", (lost,))
    db.execute(
        "UPDATE ops.job SET state = 'done', lease = NULL, ended_at = now() WHERE msg_id = %s", (doubled,)
    )
    db.execute("SELECT pgmq.send('clean', '{}')")
    assert sorted(row[0] for row in db.execute("SELECT mismatch FROM ops.job_mismatch")) == [
        "a job that has ended still has a message",
        "a message has no job",
        "an open job has no message",
    ]


def test_every_metric_sample_is_unique_and_every_queue_has_its_own(db: psycopg.Connection) -> None:
    send(db, "k")
    db.execute("SELECT ops.fail(%s, %s, %s, 'boom', true)", begun(db))
    samples = {
        (name, tuple(sorted(labels.items()))): value
        for name, labels, value in db.execute("SELECT name, labels, value FROM ops.metric")
    }
    assert len(samples) == one(db, "SELECT count(*) FROM ops.metric")
    assert samples["oceanid_jobs", (("queue", "clean"), ("state", "dead"))] == 1
    assert samples["oceanid_job_attempts", (("outcome", "rejected"), ("queue", "clean"))] == 1
    assert samples["oceanid_queue_messages", (("queue", "ingest"), ("state", "visible"))] == 0
    assert samples["oceanid_queue_oldest_seconds", (("queue", "ingest"),)] == 0
    assert samples["oceanid_workers", (("state", "silent"),)] == 0


def test_the_shipped_policies_are_those_of_the_file(db: psycopg.Connection) -> None:
    assert {row[0] for row in db.execute("SELECT queue FROM ops.queue_policy WHERE shipped")} >= {
        "ingest",
        "clean",
        "score",
    }
    assert one(db, "SELECT count(*) FROM ops.worker_policy WHERE shipped") == 1
