"""WhatsApp texts: one limit, the same manners."""

from channels.whatsapp_text import split_for_whatsapp


def test_a_text_of_1600_characters_is_one_message_whatever_its_alphabet() -> None:
    assert split_for_whatsapp("á" * 1600) == ["á" * 1600]


def test_a_longer_text_is_cut_between_sentences() -> None:
    sentence = "La escuela no puede pedirle papeles. "

    parts = split_for_whatsapp(sentence * 60)

    assert parts == [(sentence * 43).strip(), (sentence * 17).strip()]


def test_an_emoji_counts_as_two_and_is_never_cut() -> None:
    parts = split_for_whatsapp("👍🏽" * 500)

    assert [len(part) for part in parts] == [800, 200]
