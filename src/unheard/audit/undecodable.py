"""Recordings that cannot be used, and utterances that do not decode or are shorter than their table says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.finding import Action, CheckResult, Finding
from unheard.audit.phrases import part_of, plural
from unheard.corpus.importing import NO_FILE
from unheard.signal.ogg_end import lacks_its_end

BLOCKING_SHARE = 0.05  # training refuses a corpus of which more does not decode
ONCE_SHARE = 0.4  # what a larger share of all recordings has is said once for each kind
LENGTH_SLACK_S = 0.01
# what a reason contains -> kind, and what to do about it; the first that fits
KINDS = {
    "(0 bytes)": ("empty", "Copy it from its source again, or delete it."),
    "has 0 samples": ("empty", "Copy it from its source again, or delete it."),
    "truncated": ("truncated", "Copy or download it again; what is there is not the whole recording."),
    "does not exist": ("missing", "Put the recording back, or take its row out of the table."),
    "cannot be read": ("unreadable", "Look at the permissions of the file and at the disk."),
    "span": ("span", "Correct the start and the end in the table."),
    "not finite": ("not finite", "Write the recording anew from its source; NaN stands in its samples."),
    "UTF-8": ("name", "Rename the file."),
    "": ("no audio", "Convert it to WAV or FLAC if it is audio, else delete it."),
}


def check_undecodable(material: Material) -> CheckResult:
    """What import left out, what failed when it was decoded, and what decoded to another length."""
    corpus = material.corpus
    failed = material.measured.filter(pl.col("failed").is_not_null()).select("id", "failed")
    is_folder = pl.col("reason") == NO_FILE
    left_out = corpus.rejected.filter(~is_folder).select("path", "reason")
    total = material.measured.height + left_out.height
    bad = [_left_out(*row) for row in left_out.iter_rows()] + [_failed(*row) for row in failed.iter_rows()]
    if len(bad) > ONCE_SHARE * total:
        findings = _by_kind(bad, total)
    else:
        findings = [*_too_many(bad, total), *bad, *_cut_off(material), *_other_length(material.measured)]
    findings += [_empty_folder(path) for path in corpus.rejected.filter(is_folder)["path"]]
    return CheckResult(
        findings=tuple(findings),
        judged=total,
        not_judged=_not_judged(material.measured),
        facts={"left_out": left_out.height, "failed": failed.height, "of": total},
    )


def _left_out(path: str, reason: str) -> Finding:
    kind, remedy = _kind(reason)
    return Finding(
        check="undecodable",
        severity="warning",
        subject=f"recording {path}",
        message=f"It was left out at import: {reason.rstrip('.')}.",
        evidence={"kind": kind, "reason": reason},
        remedy=remedy,
        confidence=1.0,
    )


def _empty_folder(path: str) -> Finding:
    return Finding(
        check="undecodable",
        severity="warning",
        subject=f"folder {path}",
        message="It holds no file; as a label, no utterance has it.",
        evidence={"kind": "empty folder"},
        remedy="Put its recordings there, or delete it.",
        confidence=1.0,
    )


def _failed(name: str, reason: str) -> Finding:
    kind, remedy = _kind(reason)
    return Finding(
        check="undecodable",
        severity="warning",
        subject=f"utterance {name}",
        message=f"It does not decode: {reason.rstrip('.')}.",
        evidence={"kind": kind, "reason": reason},
        remedy=remedy,
        confidence=1.0,
        utterances=(name,),
        actions=(Action("drop", name, sure=True),),
    )


def _kind(reason: str) -> tuple[str, str]:
    return next(meaning for words, meaning in KINDS.items() if words in reason)


def _too_many(bad: list[Finding], total: int) -> list[Finding]:
    if len(bad) <= BLOCKING_SHARE * total:
        return []
    return [
        Finding(
            check="undecodable",
            severity="blocking",
            subject="corpus",
            message=f"{part_of(len(bad), total, 'recording')} cannot be used.",
            evidence={"recordings": len(bad), "of": total},
            remedy="Get the recordings again from their source before anything else.",
            confidence=1.0,
        )
    ]


def _by_kind(bad: list[Finding], total: int) -> list[Finding]:
    """One blocking finding for each kind, with all its utterances."""
    kinds: dict[str, list[Finding]] = {}
    for finding in bad:
        kinds.setdefault(str(finding.evidence["kind"]), []).append(finding)
    return [_one_for_all(kind, same, total) for kind, same in kinds.items()]


def _one_for_all(kind: str, same: list[Finding], total: int) -> Finding:
    example = same[0]
    return replace(
        example,
        severity="blocking",
        subject="corpus",
        message=f"{part_of(len(same), total, 'recording')} cannot be used ({kind}), e.g. "
        f"{example.subject}: {example.evidence['reason']}",
        evidence={"kind": kind, "recordings": len(same), "of": total},
        utterances=tuple(name for finding in same for name in finding.utterances),
        actions=tuple(action for finding in same for action in finding.actions),
    )


def _cut_off(material: Material) -> list[Finding]:
    """OGG recordings whose file has no end: they decode, and are shorter than what was recorded."""
    oggs = material.measured.filter(pl.col("format") == "OGG").select("id")
    if oggs.is_empty():
        return []
    frame = material.corpus.frame.join(oggs, on="id", how="semi", maintain_order="left")
    sources = replace(material.corpus, frame=frame).sources()
    with ThreadPoolExecutor(16) as pool:  # reading tails waits for the disk
        is_cut = pl.Series(list(pool.map(lacks_its_end, sources)), dtype=pl.Boolean)
    recording = pl.coalesce("path", "id").alias("recording")
    cut = frame.filter(is_cut).group_by(recording, maintain_order=True).agg("id")
    return [_cut_recording(path, names) for path, names in cut.iter_rows()]


def _cut_recording(path: str, names: list[str]) -> Finding:
    return Finding(
        check="undecodable",
        severity="warning",
        subject=f"recording {path}",
        message="Its file has no end: it was cut off, or never closed; it decodes, but more was recorded.",
        evidence={"kind": "truncated", "utterances": len(names)},
        remedy=KINDS["truncated"][1],
        confidence=0.9,
        utterances=tuple(names),
        actions=tuple(Action("drop", name, sure=False) for name in names),
    )


def _other_length(measured: pl.DataFrame) -> list[Finding]:
    """Utterances that decode to another length than the table says; said once where they are many."""
    difference_s = pl.col("decoded_s").cast(pl.Float64) - pl.col("duration_s")
    rows = measured.select("id", "duration_s", "decoded_s", difference_s=difference_s)
    rows = rows.filter(pl.col("difference_s").abs() > LENGTH_SLACK_S)
    if rows.height > ONCE_SHARE * measured.height:
        return [_all_other_length(rows, measured.height)]
    return [
        Finding(
            check="undecodable",
            severity="note",
            subject=f"utterance {row['id']}",
            message=f"It lasts {row['decoded_s']:.3f} s, its table says {row['duration_s']:.3f} s.",
            evidence={"decoded_s": row["decoded_s"], "duration_s": row["duration_s"]},
            remedy="Import the corpus again, or correct the end of the span.",
            confidence=1.0,
            utterances=(row["id"],),
        )
        for row in rows.iter_rows(named=True)
    ]


def _all_other_length(rows: pl.DataFrame, num_clips: int) -> Finding:
    median_ms = 1000 * float(rows["difference_s"].median())  # type: ignore[arg-type]
    return Finding(
        check="undecodable",
        severity="warning",
        subject="corpus",
        message=f"{part_of(rows.height, num_clips, 'utterance')} do not last as long as their table says; "
        f"the median difference is {median_ms:+.0f} ms.",
        evidence={"utterances": rows.height, "of": num_clips, "median_difference_ms": median_ms},
        remedy="Import the corpus again, or correct the spans of the table.",
        confidence=1.0,
        utterances=tuple(rows["id"]),
    )


def _not_judged(measured: pl.DataFrame) -> tuple[str, ...]:
    """Formats in which a recording that was cut short looks whole."""
    counts = dict(measured.group_by("format").len().iter_rows())
    said = [
        f"{plural(counts[name], 'utterance')} in {name}, which states no length: cut short, it looks whole."
        for name in ("RF64", "W64")
        if counts.get(name)
    ]
    if counts.get("MP3"):
        said.append(
            f"{plural(counts['MP3'], 'utterance')} in MP3: without Xing header, one cut short looks whole."
        )
    return tuple(said)


CHECK = Check(
    "undecodable",
    "signal",
    "recordings empty, truncated, no audio, or of another length than stated; empty folders",
    check_undecodable,
    quick=True,
)
