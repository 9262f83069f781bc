import pytest

from desktop_app.domain.letters import Check, Topic, Verdict
from desktop_app.wording.letters import check_line


@pytest.mark.parametrize("topic", Topic)
def test_each_check_has_its_own_words(topic: Topic) -> None:
    said = check_line(Check(topic, Verdict.BLOCK))
    assert said[0].isupper() or said[0].isdigit()
    assert [check_line(Check(one, Verdict.OK)) for one in Topic].count(said) == 1
