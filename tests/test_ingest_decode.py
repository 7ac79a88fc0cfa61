"""Bytes to text: marks, declarations that lie, detection, damage."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.decode import decode
from pipeline.model.text import freeze

FRENCH = "L'évaluation des modèles doit être faite avant le déploiement, là où il le faut."
TEXTS = {
    "cp1252": FRENCH,
    "cp1250": "Vývojáři by měli před vydáním otestovat model. Příliš žluťoučký kůň.",
    "cp1251": "Разработчики должны проверять модели перед выпуском.",
    "koi8_r": "Разработчики должны проверять модели перед выпуском.",
    "shift_jis": "開発者は公開前にモデルを試験しなければならない。これは安全対策です。",
    "euc_jp": "開発者は公開前にモデルを試験しなければならない。",
    "gb18030": "开发者应在发布前测试模型。这是一项安全措施。",
    "big5": "開發者應在發布前測試模型。這是一項安全措施。",
    "euc_kr": "개발자는 출시 전에 모델을 시험해야 한다.",
}


def codes(data: bytes, **said: object) -> list[str]:
    return [issue.code for issue in decode(data, **said).issues]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
)
def test_unicode_is_known_with_its_mark_and_without(encoding: str) -> None:
    text = "Providers “should” test\nwhat they made, là aussi."
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert decoded.issues == ()


@pytest.mark.parametrize("order", [codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE])
def test_a_mark_of_the_other_byte_order_is_known(order: bytes) -> None:
    encoding = "utf-16-be" if order == codecs.BOM_UTF16_BE else "utf-32-be"
    assert decode(order + "Test it.".encode(encoding)).text == "Test it."


@pytest.mark.parametrize("encoding", TEXTS)
def test_an_encoding_that_is_not_said_is_detected_and_reported(encoding: str) -> None:
    data = TEXTS[encoding].encode(encoding)
    decoded = decode(data)
    assert decoded.text == TEXTS[encoding]
    assert [issue.code for issue in decoded.issues] == ["charset-guessed"]
    assert set(decoded.made_by) == {"charset-normalizer"}


@pytest.mark.parametrize("encoding", TEXTS)
def test_an_encoding_that_is_said_is_used_in_silence(encoding: str) -> None:
    decoded = decode(TEXTS[encoding].encode(encoding), header=encoding)
    assert decoded.text == TEXTS[encoding]
    assert decoded.issues == ()
    assert decoded.made_by == {}


@pytest.mark.parametrize("label", ["ISO-8859-1", "latin1", "us-ascii", "windows-1252"])
def test_latin_labels_mean_what_browsers_take_them_for(label: str) -> None:
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={label}"><p>“safe”'
    assert decode(page.encode("cp1252"), markup=True).text.endswith("“safe”")


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        ('<meta charset="iso-8859-1">', "utf-8"),
        ('<meta charset="utf-8">', "cp1252"),
        ('<?xml version="1.0" encoding="koi8-r"?>', "utf-8"),
        ('<meta charset="rot13">', "utf-8"),
        ('<meta charset="no-such">', "utf-8"),
    ],
)
def test_a_lying_declaration_is_seen_through_and_reported(declaration: str, encoding: str) -> None:
    page = declaration + f"<p>{FRENCH}</p>"
    assert decode(page.encode(encoding), markup=True).text == page
    assert codes(page.encode(encoding), markup=True) == ["charset-lies"]


def test_a_declaration_counts_in_markup_only() -> None:
    data = f'<meta charset="cp1251">{TEXTS["cp1251"]}'.encode("cp1251")
    assert codes(data, markup=True) == []
    assert codes(data) == ["charset-guessed"]


def test_a_file_cut_within_a_letter_keeps_all_others() -> None:
    decoded = decode(("word " * 100 + "é").encode()[:-1])
    assert decoded.text == "word " * 100 + "\ufffd"
    assert [issue.code for issue in decoded.issues] == ["undecodable"]


def test_damaged_utf8_stays_utf8_and_the_damage_is_counted() -> None:
    decoded = decode("é".encode() * 50 + b"\xff\xfe" + " \ufffd é".encode())
    assert decoded.encoding == "utf-8"
    assert decoded.text == "é" * 50 + "\ufffd\ufffd \ufffd é"
    assert decoded.issues[0].message.endswith(": 2.")


@pytest.mark.parametrize(
    "text",
    [
        "a\x00b", "a\u202eb\u202c", "a\u200bb", "e" + "\u0301" * 100_000,
        "x" + "\u05b1\u05b0" * 100_000, "word " * 2_000_000, "a\rb\r\nc\x0cd\x0be",
        "\ufffe\uffff", "\ud7ff\ue000",
    ],
    ids=["nul", "bidi", "zero-width", "accents", "points", "long line", "breaks", "non", "edges"],
)  # fmt: skip
def test_hostile_text_is_frozen(text: str) -> None:
    decoded = decode(text.encode("utf-8", "surrogatepass"))
    assert decoded.text == freeze(text)
    assert "\x00" not in decoded.text
    assert "\r" not in decoded.text


def test_lone_surrogates_are_no_text() -> None:
    decoded = decode("aé\ud800é".encode("utf-8", "surrogatepass"))
    assert not any("\ud800" <= character <= "\udfff" for character in decoded.text)


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "utf-16", "gbk", "utf-7", "x"]))
def test_any_bytes_become_frozen_text(data: bytes, header: str | None) -> None:
    decoded = decode(data, header=header, markup=True)
    assert decoded.text == freeze(decoded.text)
    assert decode(data, header=header, markup=True) == decoded
