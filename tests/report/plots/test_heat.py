"""Tiles lie on the spectrogram where their seconds and their frequencies are."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from markupsafe import Markup

from unheard.report.media import picture_address
from unheard.report.plots.heat import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, plot_heat

EDGES_S, EDGES_HZ = [0.0, 0.25, 0.5, 0.75, 1.0], [0.0, 1000.0, 3000.0, 8000.0]


def draw(drops, top_hz=8000.0, predicted="go"):
    picture = picture_address(np.zeros((8, 8), np.uint8))
    plot = plot_heat(
        Markup(picture), 1.0, top_hz, edges_s=EDGES_S, edges_hz=EDGES_HZ, drops=drops, predicted=predicted
    )
    return ET.fromstring(plot)


def tiles(root):
    return list(root.iter("rect"))


def test_a_tile_stands_at_its_time_and_frequency():
    root = draw([[0, 0, 0, 0], [0, 2.0, 0, 0], [0, 0, 0, 0]])
    (tile,) = tiles(root)
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    assert float(tile.get("x")) == pytest.approx(LEFT + 0.25 * wide, abs=0.01)
    assert float(tile.get("width")) == pytest.approx(0.25 * wide, abs=0.01)
    assert float(tile.get("y")) == pytest.approx(TOP + high * (1 - 3000 / 8000), abs=0.01)
    assert float(tile.get("height")) == pytest.approx(high * 2000 / 8000, abs=0.01)
    assert tile.find("title").text == "0.25 to 0.50 s, 1,000 to 3,000 Hz: held up 2.0 of the margin"
    image = root.find("image")
    assert (float(image.get("x")), float(image.get("y"))) == (LEFT, TOP)
    assert image.get("href").startswith("data:image/png;base64,")


def test_strong_tiles_are_drawn_stronger_and_last_and_weak_ones_not_at_all():
    found = tiles(draw([[4.0, 0.5, 2.0, -3.0], [0] * 4, [0] * 4]))
    assert [node.get("class") for node in found] == ["tile held", "tile against", "tile held"]
    assert float(found[2].get("fill-opacity")) == 2 * float(found[0].get("fill-opacity"))
    assert found[1].get("fill") == "transparent"
    assert "took 3.0 of the margin" in found[1].find("title").text


def test_a_picture_that_ends_below_the_bands_cuts_them():
    found = tiles(draw([[0] * 4, [1.0, 0, 0, 0], [1.0, 0, 0, 0]], top_hz=2000.0))
    (tile,) = found
    assert float(tile.get("y")) == pytest.approx(TOP, abs=0.01)


def test_nothing_decided_and_names_are_escaped():
    root = draw([[0.0] * 4] * 3, predicted="<go>")
    assert not tiles(root)
    assert root.find("title").text == "What decided for '<go>'"
