from unheard.report.mix_ups import most_confused


def test_mix_ups_are_counted_from_the_matrix(evaluation):
    pairs = most_confused(evaluation, limit=100)
    off_diagonal = evaluation.confusion.sum() - evaluation.confusion.trace()
    assert sum(pair.clips for pair in pairs) == off_diagonal
    assert [pair.clips for pair in pairs] == sorted((pair.clips for pair in pairs), reverse=True)


def test_the_most_frequent_names_what_was_said_and_what_was_recognised(evaluation):
    first = most_confused(evaluation)[0]
    said, heard = evaluation.labels.index(first.said), evaluation.labels.index(first.recognised)
    assert first.clips == evaluation.confusion[said, heard] > 0
    assert first.support == evaluation.confusion[said].sum()
