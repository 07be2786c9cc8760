"""Files in, answers out, in order; what cannot be read is an answer too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from scipy.special import softmax

from unheard.errors import AudioError, CorpusError
from unheard.runtime.bundle import Bundle, BundleInfo, write_bundle
from unheard.runtime.detector import DetectorOptions, StreamingDetector
from unheard.runtime.predict import ClipPrediction, FailedClip, find_recordings, predict_file, predict_files
from unheard.runtime.windows import WindowScorer
from unheard.signal.audio_file import read_audio, write_audio


def tone(
    hz: float, duration_s: float, sample_rate: int = 8000, amplitude: float = 0.5
) -> NDArray[np.float32]:
    time_s = np.arange(round(duration_s * sample_rate)) / sample_rate
    return (amplitude * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)


def test_a_clip_of_the_window_is_the_closed_form(tone_bundle: Path, tmp_path: Path) -> None:
    write_audio(tmp_path / "low.wav", tone(500, 0.5), 8000)
    clip = predict_file(Bundle.load(tone_bundle), tmp_path / "low.wav")
    expected = softmax([10 * 0.5**2, 0, 1])
    assert clip.label == "low"
    assert list(clip.scores) == ["low", "high", "_silence_"]
    np.testing.assert_allclose(list(clip.scores.values()), expected, atol=1e-3)
    assert clip.score == clip.scores["low"]
    assert clip.duration_s == 0.5


def test_any_rate_and_channels_give_the_same_answer(tone_bundle: Path, tmp_path: Path) -> None:
    bundle = Bundle.load(tone_bundle)
    write_audio(tmp_path / "plain.wav", tone(2000, 0.5), 8000)
    stereo = np.stack([tone(2000, 0.5, 44_100)] * 2, axis=1)
    soundfile.write(tmp_path / "stereo.flac", stereo, 44_100)
    plain, other = (predict_file(bundle, tmp_path / name) for name in ("plain.wav", "stereo.flac"))
    assert plain.label == other.label == "high"
    np.testing.assert_allclose(list(plain.scores.values()), list(other.scores.values()), atol=0.01)


def test_one_window_is_answered_by_its_best_label_whatever_the_threshold(
    tone_bundle: Path, tmp_path: Path
) -> None:
    write_audio(tmp_path / "faint.wav", tone(500, 0.5, amplitude=0.36), 8000)  # 1.3 against 1 and 0
    clip = predict_file(Bundle.load(tone_bundle), tmp_path / "faint.wav")
    assert clip.label == "low"
    assert clip.score < 0.6
    assert clip.events == ()


@pytest.mark.parametrize(("duration_s", "silence"), [(0.2, 0.0), (0.599, 0.0), (0.5, 0.3)])
def test_short_clips_are_padded_or_cut_to_one_window(
    tone_bundle: Path, tmp_path: Path, duration_s: float, silence: float
) -> None:
    samples = np.concatenate([np.zeros(round(silence * 8000), np.float32), tone(500, duration_s)])[:4799]
    write_audio(tmp_path / "clip.wav", samples, 8000)
    bundle = Bundle.load(tone_bundle)
    clip = predict_file(bundle, tmp_path / "clip.wav")
    read, _ = read_audio(tmp_path / "clip.wav")
    np.testing.assert_array_equal(
        np.array(list(clip.scores.values()), np.float32), bundle.scores(read[None])[0]
    )


def test_a_long_clip_is_answered_by_its_loudest_word(tone_bundle: Path, tmp_path: Path) -> None:
    samples = np.zeros(40_000, np.float32)
    samples[8000:12_000] = tone(500, 0.5, amplitude=0.6)
    samples[24_000:28_000] = tone(2000, 0.5, amplitude=0.9)
    write_audio(tmp_path / "long.flac", samples, 8000)
    clip = predict_file(Bundle.load(tone_bundle), tmp_path / "long.flac")
    assert clip.label == "high"
    np.testing.assert_allclose(clip.score, softmax([0, 8.1, 1])[1], atol=1e-3)
    assert [event.label for event in clip.events] == ["low", "high"]


def test_a_long_clip_without_a_word_is_answered_by_the_mean(tone_bundle: Path, tmp_path: Path) -> None:
    samples = np.zeros(16_000, np.float32)
    samples[4000:8000] = tone(500, 0.5, amplitude=0.3)
    write_audio(tmp_path / "quiet.wav", samples, 8000)
    bundle = Bundle.load(tone_bundle)
    clip = predict_file(bundle, tmp_path / "quiet.wav")
    detector = StreamingDetector(bundle)
    detector.push(read_audio(tmp_path / "quiet.wav")[0])
    assert clip.label == "_silence_"
    mean = detector.window_scores[1].mean(axis=0)
    np.testing.assert_allclose(list(clip.scores.values()), mean, atol=1e-6)
    assert clip.events == ()


def test_events_are_the_detectors(tone_bundle: Path, tmp_path: Path) -> None:
    samples = np.concatenate(
        [np.zeros(8000, np.float32), tone(500, 0.5, amplitude=0.9), np.zeros(8000, np.float32)]
    )
    write_audio(tmp_path / "clip.wav", samples, 8000)
    bundle, options = Bundle.load(tone_bundle), DetectorOptions(threshold=0.7, smoothing_windows=2)
    detector = StreamingDetector(bundle, options)
    expected = detector.push(read_audio(tmp_path / "clip.wav")[0]) + detector.flush()
    assert len(expected) == 1
    assert list(predict_file(bundle, tmp_path / "clip.wav", options).events) == expected


@pytest.mark.parametrize("batch_size", [1, 2, 3, 64])
def test_answers_keep_the_order_and_do_not_depend_on_the_batch(
    tone_bundle: Path, tmp_path: Path, batch_size: int
) -> None:
    paths = []
    for i in range(7):
        paths.append(tmp_path / f"{i}.wav")
        write_audio(paths[-1], tone(500 + 1500 * (i % 2), 0.3 + 0.2 * (i % 3)), 8000)
    paths.insert(3, tmp_path / "missing.wav")
    (tmp_path / "page.wav").write_text("<html>not found</html>")
    paths.insert(5, tmp_path / "page.wav")
    bundle = Bundle.load(tone_bundle)
    answers = list(predict_files(bundle, paths, batch_size=batch_size))
    assert [answer.path for answer in answers] == paths
    failed = [answer for answer in answers if isinstance(answer, FailedClip)]
    assert "missing.wav': does not exist" in failed[0].reason
    assert "page.wav': is a web page" in failed[1].reason
    for answer in answers:
        if isinstance(answer, ClipPrediction):
            alone = predict_file(bundle, answer.path)
            assert answer.label == alone.label
            np.testing.assert_allclose(list(answer.scores.values()), list(alone.scores.values()), atol=1e-4)


def test_a_long_recording_is_heard_piece_by_piece(tone_bundle: Path, tmp_path: Path) -> None:
    write_audio(tmp_path / "short.wav", tone(500, 0.3), 8000)
    write_audio(tmp_path / "long.wav", tone(500, 25.0), 8000)
    bundle, heard = Bundle.load(tone_bundle), []
    paths = [tmp_path / "short.wav", tmp_path / "long.wav"]
    _, long = predict_files(bundle, paths, on_heard=heard.append)
    assert heard == pytest.approx([1, 1, 1.4, 1.8, 2])
    whole = WindowScorer(bundle).push(read_audio(tmp_path / "long.wav")[0])
    assert isinstance(long, ClipPrediction)
    assert long.score == whole.scores[:, bundle.info.labels.index(long.label)].max()


def test_one_file_that_cannot_be_read_raises(tone_bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    with pytest.raises(AudioError, match=r"empty.wav': is empty"):
        predict_file(Bundle.load(tone_bundle), tmp_path / "empty.wav")


def test_a_model_of_nothing_but_background_still_answers(
    tmp_path: Path, tone_model: bytes, tone_info: BundleInfo
) -> None:
    info = tone_info.model_copy(update={"background_labels": tone_info.labels})
    write_bundle(tmp_path / "b", tone_model, info, "")
    write_audio(tmp_path / "long.wav", tone(500, 2.0), 8000)
    clip = predict_file(Bundle.load(tmp_path / "b"), tmp_path / "long.wav")
    assert (clip.label, clip.events) == ("low", ())


def test_folders_are_searched_for_audio(tmp_path: Path) -> None:
    for name in ("b/2.wav", "b/1.FLAC", "a.ogg", "b/notes.txt", ".hidden.wav", "_background_noise_/n.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = find_recordings([tmp_path, tmp_path / "b" / "notes.txt"])
    names = [path.relative_to(tmp_path).as_posix() for path in found]
    assert names == ["_background_noise_/n.wav", "a.ogg", "b/1.FLAC", "b/2.wav", "b/notes.txt"]
    (tmp_path / "none").mkdir()
    with pytest.raises(CorpusError, match="holds no recordings"):
        find_recordings([tmp_path / "none"])


def test_real_recordings_are_answered(tone_bundle: Path, data_dir: Path) -> None:
    folders = [data_dir / "rooms", data_dir / "alphanumeric"]
    paths = find_recordings(folders)[:20]
    answers = list(predict_files(Bundle.load(tone_bundle), paths))
    assert [answer.path for answer in answers] == paths
    for answer in answers:
        assert isinstance(answer, ClipPrediction)
        assert sum(answer.scores.values()) == pytest.approx(1, abs=1e-5)
        assert answer.duration_s == pytest.approx(soundfile.info(answer.path).duration, abs=1e-3)
