import polars as pl

from unheard.report.descriptors import Descriptor, descriptors


def test_known_columns_come_in_their_order_and_others_are_named_by_their_unit():
    measured = pl.DataFrame(
        {
            "age": [30, 40],  # of the corpus: stands before what was measured
            "failed": [None, "x"],
            "snr_db": [1.0, None],
            "decoded_s": [1.0, 2.0],
            "format": ["WAV", "WAV"],
            "hum_hz": pl.Series([None, None], dtype=pl.Float32),
            "zero_share": [0.1, 0.2],
            "num_gaps": [0, 1],
            "longest_gap_ms": [0.0, 3.0],
            "bands_db": [[1.0], [2.0]],
        }
    )
    known, others = descriptors(measured)
    assert [row.column for row in known] == ["decoded_s", "snr_db"]
    assert others == [
        Descriptor("zero_share", "Zero share", "%", 100.0),
        Descriptor("num_gaps", "Gaps", "", step=1.0),
        Descriptor("longest_gap_ms", "Longest gap", "ms"),
    ]


def test_nothing_measured_is_nothing_to_describe():
    assert descriptors(pl.DataFrame({"id": ["a"]})) == ([], [])
