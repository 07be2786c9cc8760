"""One more word put beside an exported model that was not trained for it."""

from __future__ import annotations

import onnx
from onnx import compose, helper

AXIS = "class_axis"


def attach_word(base: bytes, word: bytes) -> bytes:
    """A graph with one class more than `base`, the last; input and embedding are those of `base`.

    `word` is a model of one class whose logit is above 0 where its word is heard. The new class lies by that
    logit above the highest of `base`: it wins exactly where `word` says so, and the others stay as they were.
    """
    whole = onnx.load_from_string(base)
    mine = f"word{sum(tensor.name.endswith(AXIS) for tensor in whole.graph.initializer)}/"
    part = compose.add_prefix(onnx.load_from_string(word), mine)
    known, highest, axis, lifted = (f"{mine}{name}" for name in ("known", "highest", AXIS, "lifted"))
    _rename(whole.graph, {"logits": known})
    _rename(part.graph, {f"{mine}samples": "samples"})
    whole.graph.node.extend(part.graph.node)
    whole.graph.initializer.extend(part.graph.initializer)
    whole.graph.value_info.extend(part.graph.value_info)
    whole.graph.initializer.append(helper.make_tensor(axis, onnx.TensorProto.INT64, [1], [1]))
    whole.graph.node.extend(
        [
            helper.make_node("ReduceMax", [known, axis], [highest], keepdims=1),
            helper.make_node("Add", [highest, f"{mine}logits"], [lifted]),
            helper.make_node("Concat", [known, lifted], ["logits"], axis=1),
        ]
    )
    (logits,) = [output for output in whole.graph.output if output.name == "logits"]
    logits.type.tensor_type.shape.dim[1].dim_value += 1
    onnx.checker.check_model(whole)
    return bytes(whole.SerializeToString())


def _rename(graph: onnx.GraphProto, names: dict[str, str]) -> None:
    """Other names for values inside a graph; its declared inputs and outputs keep theirs."""
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
