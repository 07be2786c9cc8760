"""What is said of shortcuts, and what is to be done."""

from __future__ import annotations

from unheard.audit.phrases import percent, quoted
from unheard.diagnose.cause import Points, Remedy
from unheard.diagnose.shortcuts.seen import Seen
from unheard.diagnose.shortcuts.swap import MOST_CANDIDATES
from unheard.diagnose.words import points_words

MANY_FOLLOW = 0.3


def live_message(seen: Seen, live: Points) -> str:
    """Where live clips lose by it."""
    return (
        f"The model knows {quoted(seen.names)} by the recording and not by the speech, and live clips lose "
        f"{points_words(live)} to that. {_strongest(seen)}"
    )


def own_message(seen: Seen) -> str:
    """Where only the test clips were looked at, or live clips lose nothing."""
    lost = points_words(seen.points)
    if not seen.shortcuts:
        return (
            "No class is known by its recording: test clips with the background and the colour of another "
            f"class lose {lost} more than with those of their own."
        )
    return (
        f"The model knows {quoted(seen.names)} by the recording and not by the speech: test clips with the "
        f"background and the colour of another class lose {lost}. {_strongest(seen)}"
    )


def _strongest(seen: Seen) -> str:
    one, label = seen.shortcuts[0], seen.names[0]
    if seen.followed >= MANY_FOLLOW and len(seen.shortcuts) >= MOST_CANDIDATES:
        return (
            f"So it may be with most classes: {percent(seen.followed)} more of all clips are answered with "
            "the class whose recording they get."
        )
    return (
        f"Of other classes' clips, {percent(max(0.0, one.pull))} more become '{label}' when they get its "
        f"recording, and it loses {percent(max(0.0, one.own_loss))} of its own clips when they get another."
    )


def remedies(seen: Seen) -> tuple[Remedy, ...]:
    """None where nothing was found."""
    if not seen.shortcuts:
        return ()
    return (
        Remedy(
            "record",
            f"Record {quoted(seen.names)} with the microphones, rooms and settings of the other classes, and "
            "some of the others with its own.",
            {"labels": seen.names, "condition": "the microphones and rooms of the other classes"},
        ),
        Remedy(
            "augment",
            "Train on clips through very different microphones, so that a microphone tells no class.",
            {"transform": "microphone", "p": 0.8, "max_gain_db": 15},
        ),
        Remedy(
            "augment",
            "Train on clips with noise of any colour, so that a hiss tells no class.",
            {"transform": "colored_noise", "p": 0.5, "min_snr_db": 5, "max_snr_db": 30},
        ),
    )


def remarks(seen: Seen) -> tuple[str, ...]:
    """What background alone tells the model, and what the audit's probe finds in the training."""
    found = () if seen.probe is None else list(seen.probe.found.items())[:3]
    return (
        *_alone(seen),
        *(
            f"In training, '{label}' can be told by its {family} alone: balanced accuracy {accuracy:.2f} "
            f"against 0.50 by chance (p = {p_value:.3f})."
            for label, (family, accuracy, p_value) in found
        ),
    )


def _alone(seen: Seen) -> tuple[str, ...]:
    alone = seen.alone
    if alone is None or not alone.balanced.sure:
        return ()
    best = max(alone.own, key=lambda index: alone.own[index] - alone.others[index])
    return (
        f"From background alone, without speech, the model is right {alone.balanced.value:.1f} points above "
        f"the {alone.chance:.0f} % of chance; it answers '{seen.labels[best]}' for "
        f"{percent(alone.own[best])} of that class's backgrounds and {percent(alone.others[best])} of the "
        "others'.",
    )
