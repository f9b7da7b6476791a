"""The brand's voice, learned from its examples: what it tells apart, in which languages, and what it says of itself."""

import pytest

from services.copywriter.service import Voice
from services.copywriter.voice import LEAST_EXAMPLES, find_judge, how_judged
from services.errors import InvalidConfiguration
from workflows import brand_kit
from workflows.brand_kit import load_voice

UNSEEN = {
    "en": ("A lamp for reading one page more", "The best luxury lamp, buy now!"),
    "de": ("Eine Lampe für die letzte Seite", "Die exklusive Luxuslampe jetzt zum Sparpreis sichern!"),
    "fr": ("Une lampe pour la dernière page", "La lampe de luxe exclusive, profitez vite de l'offre !"),
    "es": ("Una lámpara para la última página", "¡La exclusiva lámpara de lujo, compra ahora!"),
    "pt": ("Uma luz para a última página", "A luminária de luxo exclusiva, compre agora!"),
    "it": ("Una lampada per l'ultima pagina", "L'esclusiva lampada di lusso, compra subito!"),
    "ja": ("最後の一頁のための、あかり", "最高級ランプを今すぐゲット！"),
    "ar": ("مصباح لآخر صفحة في الكتاب", "تسوق المصباح الفاخر الحصري الآن!"),
}


@pytest.mark.parametrize("language", sorted(UNSEEN))
def test_it_tells_on_brand_from_hype(language):
    """Sentences that no list holds, in every language; only in English is 0 a border that single ones keep to."""
    judge = find_judge(load_voice("tarnefold", language), language)
    calm, hype = judge.scores(UNSEEN[language])
    assert calm > hype
    assert hype < 0
    assert language != "en" or calm > 0


def test_it_tells_the_brand_from_another_one():
    """A sports brand is no hype, and still not this brand."""
    calm, other = find_judge(load_voice("tarnefold"), "en").scores(
        ["A lamp for reading one page more", "Break records. Own the track."]
    )
    assert calm > other


def test_a_language_without_examples_is_not_judged():
    """Nor is one with a few, nor one whose examples are in another language; the answer says so."""
    few = Voice(approved=tuple("abc"), rejected=tuple("def"), language="de")
    many = tuple(f"Satz {number}" for number in range(LEAST_EXAMPLES))
    assert find_judge(load_voice("tarnefold", "nl"), "nl") is None
    assert find_judge(few, "de") is None
    assert find_judge(Voice(approved=many, language="de"), "de") is None
    assert find_judge(load_voice("tarnefold"), "de") is None
    assert how_judged(few, "de") == "not judged: 3 approved and 3 rejected examples in de, needed 8"
    assert how_judged(load_voice("tarnefold"), "de").startswith("not judged: 0 approved")
    assert how_judged(load_voice("tarnefold", "ja"), "ja").startswith("scored by letters after 26 approved")


def test_approved_copy_alone_ranks_by_nearness():
    """English only: a brand without rejected examples prefers what is near to what it has said."""
    alone = Voice(approved=load_voice("tarnefold").approved)
    near, far = find_judge(alone, "en").scores(["Tea on the hill", "Quarterly tax filing software"])
    assert near > far
    assert "after 32 approved and 0 rejected" in how_judged(alone, "en")


def test_every_language_keeps_the_rules_of_the_brand():
    """Banned words and marks stand in voice.yaml once; examples of English do not come along."""
    german = load_voice("tarnefold", "de")
    assert "Luxus" in german.banned["DE"]
    assert not german.exclamation_marks
    assert not set(german.approved) & set(load_voice("tarnefold").approved)


def test_a_file_that_does_not_fit_is_named(tmp_path, monkeypatch):
    """The brand, the language and the field."""
    folder = tmp_path / "tarnefold"
    folder.mkdir()
    (folder / "voice_de.yaml").write_text("approved: nichts")
    monkeypatch.setattr(brand_kit, "BRANDS", tmp_path)
    load_voice.cache_clear()
    with pytest.raises(InvalidConfiguration, match="tarnefold: voice in de, approved"):
        load_voice("tarnefold", "de")
    load_voice.cache_clear()
