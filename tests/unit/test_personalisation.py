"""Signals, consent strings, policies and decisions: who gets what, and why."""

import base64
import random
from datetime import UTC, datetime, timedelta

import iab_tcf
import pytest
from pydantic import ValidationError

from workflows.brand_kit import StyleChange
from workflows.brief import Audience, Brief, Product
from workflows.consent_strings import MalformedConsent, decode_gpp, decode_tcf
from workflows.decision import Decision, Reader, decide
from workflows.personalisation import choose_offer, personalise
from workflows.policy import Policy, find_policy, sensitive_kind
from workflows.signal_consent import SignalConsent, judge_consent
from workflows.signals import Customer, Signals

AT = datetime(2026, 2, 10, 9, tzinfo=UTC)
TARNEFOLD = find_policy("", "tarnefold")
YES = SignalConsent(granted=("profile",))
HIKER = Signals(browsing=("hiking", "hiking"), recency_days=1)
FULL_TCF = "CPUCbs9PUDXghADABCENCBCoAP_AAEJAAAAADGwBAAGABPADCAY0BjYAgADAAngBhAMaAAA.YAAAAAAAA4AA"
EMPTY_TCF = "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"
RANGES_TCF = "COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA"


def decided(signals: Signals = Signals(), policy: Policy = TARNEFOLD, paused=(), segment="anyone", **who) -> Decision:
    return decide(policy, Reader(audience=Audience(id=segment), signals=signals, **who), AT, "en", paused)


def why(decision: Decision, what: str) -> str:
    return next((one.why for one in decision.ignored if one.what == what), "")


def tcf(purposes=range(1, 11), updated=AT, vendors=0) -> str:
    """A TCF v2 core segment with an empty or a full vendor bit field."""
    tenths = int(updated.timestamp() * 10)
    bits = f"{2:06b}{tenths:036b}{tenths:036b}" + "0" * (152 - 78)
    bits += "".join(str(int(number in purposes)) for number in range(1, 25)) + "0" * 37
    bits += f"{vendors:016b}0" + "1" * vendors
    bits += "0" * (-len(bits) % 8)
    data = bytes(int(bits[start : start + 8], 2) for start in range(0, len(bits), 8))
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_seattle_in_february_and_arizona_in_june():
    """Rain leads with grip and waterproof in a wet forest; heat with light and breathable on a dry trail."""
    seattle = decided(Signals(weather="rain", temperature_c=7, season="winter", region="US-WA"))
    arizona = decided(Signals(weather="clear", temperature_c=38, season="summer", region="US-AZ"))
    assert set(seattle.lead) == {"grip", "waterproof"}
    assert "forest" in seattle.scene
    assert "wet" in seattle.scene
    assert arizona.lead[:2] == ("lightweight", "breathable")
    assert "midday sun" in arizona.scene
    assert (seattle.moment, arizona.moment) == ("rain", "heat")
    assert {seattle.basis, arizona.basis} == {"context"}


def test_nothing_known_gives_the_generic_creative():
    cold_start = decided()
    assert (cold_start.basis, cold_start.confidence) == ("generic", 0)
    assert cold_start.scene == TARNEFOLD.generic.scene
    assert cold_start.sentence == "Shown to everyone; nothing about you was used."


def test_interests_need_consent():
    """With consent the interest wins over the weather; without it only the weather counts, and the trace says so."""
    rain = HIKER.model_copy(update={"weather": "rain"})
    with_consent, without = decided(rain, consent=YES), decided(rain)
    assert with_consent.used[0].name == "outdoor-browsing"
    assert with_consent.sentence == "Chosen from your recent browsing."
    assert [rule.name for rule in without.used] == ["rain"]
    assert why(without, "browsing") == "no consent was sent"


def test_thin_or_old_interests_give_way_to_context_and_then_to_generic():
    old = HIKER.model_copy(update={"recency_days": 60})
    assert decided(old.model_copy(update={"weather": "snow"}), consent=YES).basis == "context"
    generic = decided(old, consent=YES)
    assert generic.basis == "generic"
    assert "too little is known" in why(generic, "rule outdoor-browsing")


@pytest.mark.parametrize(
    ("signals", "left_out"),
    [
        ({"weather": "snow", "temperature_c": 25}, {"weather", "temperature_c"}),
        ({"weather": "snow", "season": "summer"}, {"weather", "season"}),
        ({"season": "winter", "temperature_c": 40}, {"season", "temperature_c"}),
    ],
)
def test_signals_that_contradict_each_other_are_not_used(signals, left_out):
    decision = decided(Signals(**signals))
    assert decision.basis == "generic"
    assert {one.what for one in decision.ignored} == left_out
    assert all("contradict" in one.why for one in decision.ignored)


def test_sensitive_interests_and_minors_are_never_targeted():
    """Neither as a signal nor by a rule; a known minor's interests are not used at all."""
    assert "finances" in why(decided(Signals(browsing=("payday loan",)), consent=YES), "browsing")
    child = decided(HIKER, consent=YES, customer=Customer(attributes={"age": 15}))
    assert (child.basis, child.consent.reason) == ("generic", "the reader is a minor")
    assert sensitive_kind("weight-loss") == "health"
    assert sensitive_kind("embrace the loaner") == ""
    rule = {"name": "r", "level": "interest", "when": {"browsing": ["diabetes"]}, "then": {}, "reason": "browsing"}
    with pytest.raises(ValidationError, match="never targeted"):
        Policy.model_validate({"id": "p", "version": "1", "generic": {"scene": "x"}, "rules": [rule]})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"when": {"shoe_size": ["43"]}}, "no signal 'shoe_size'"),
        ({"when": {"browsing": ["tea"]}, "level": "context"}, "of a person"),
        ({"when": {}}, "at least 1"),
        ({"then": {"colour": "red"}}, "Extra inputs"),
    ],
)
def test_a_policy_that_cannot_work_does_not_load(change, said):
    rule = {"name": "r", "level": "interest", "when": {"weather": ["rain"]}, "then": {}, "reason": "weather"} | change
    with pytest.raises(ValidationError, match=said):
        Policy.model_validate({"id": "p", "version": "1", "generic": {"scene": "x"}, "rules": [rule]})


def test_the_brand_decides_how_personal_it_gets():
    """At intimacy context no interest is used, whatever the consent; a paused rule waits."""
    shy = TARNEFOLD.model_copy(update={"intimacy": "context"})
    assert "more personal" in why(decided(HIKER, shy, consent=YES), "rule outdoor-browsing")
    assert "paused" in why(decided(HIKER, consent=YES, paused={"outdoor-browsing"}), "rule outdoor-browsing")


def test_after_so_many_personal_ads_a_day_the_context_decides():
    """The ad platform counts; at the policy's limit interests rest, below it and for context nothing changes."""
    rainy = {"weather": "rain", "personal_impressions": TARNEFOLD.personal_per_day}
    weary = HIKER.model_copy(update=rainy)
    decision = decided(weary, consent=YES)
    assert (decision.basis, decision.moment) == ("context", "rain")
    assert "met 4 personal ads in 24 hours; this policy allows 4" in why(decision, "rule outdoor-browsing")
    fresh = HIKER.model_copy(update=rainy | {"personal_impressions": 3})
    assert decided(fresh, consent=YES).basis == "profile"
    unlimited = TARNEFOLD.model_copy(update={"personal_per_day": None})
    assert decided(weary, unlimited, consent=YES).basis == "profile"


def test_a_segment_is_known_by_its_attributes():
    """Declared by the advertiser, so without consent; what no rule reads is listed, what is sensitive never used."""
    families = Audience(id="any", attributes={"household": "Families", "size": "4"})
    decision = decide(TARNEFOLD, Reader(audience=families), AT, "en")
    assert (decision.offer, decision.tone, decision.basis) == ("family", "warm", "context")
    assert why(decision, "audience attribute size") == "no rule reads it"
    ill = Audience(id="any", attributes={"household": "diabetes patients"})
    assert "sensitive (health)" in why(
        decide(TARNEFOLD, Reader(audience=ill), AT, "en"), "audience attribute household"
    )


@pytest.mark.parametrize(("named", "percent"), [("", 10), ("family", 20), ("none", None), ("unknown", 10)])
def test_the_policy_chooses_among_the_products_offers(named, percent):
    product = Product(
        id="mug", title="Mug", image=f"uploads/{'0' * 64}.png", offer={"percent_off": 10},
        offers={"family": {"percent_off": 20}},
    )  # fmt: skip
    chosen, decision = choose_offer(product, decided().model_copy(update={"offer": named}))
    assert (chosen.offer and chosen.offer.percent_off) == percent
    assert ("no offer of this name" in why(decision, f"offer {named}")) == (named == "unknown")


def test_the_policy_chooses_look_and_crop_unless_the_brief_does():
    audience = Audience(id="any", attributes={"shopping": "offers"})
    brief = Brief.model_validate(
        {
            "product": {"id": "mug", "title": "Mug", "image": f"uploads/{'0' * 64}.png"},
            "brand": "tarnefold",
            "variants": [{"audience": audience.model_dump(), "signals": {"device": "tv"}}],
        }
    )
    chosen = personalise(brief, brief.variants[0], AT, ()).brief.style
    assert (chosen.look, chosen.crop) == ("price", "wide")
    bold = brief.model_copy(update={"style": StyleChange(look="bold", crop="close")})
    chosen = personalise(bold, brief.variants[0], AT, ()).brief.style
    assert (chosen.look, chosen.crop) == ("bold", "close")


def test_ten_thousand_attributes_are_listed_shortly():
    """Any number is taken; those that no rule reads are counted, and values never stand in the trace."""
    customer = Customer(attributes={f"attribute {number}": "Elm Street 5" for number in range(10_000)})
    decision = decided(consent=YES, customer=customer)
    assert len(decision.ignored) == 21
    assert "9980 more" in decision.ignored[-1].what
    assert "Elm" not in decision.model_dump_json()


def test_a_decision_is_deterministic_and_first_rules_win():
    signals = Signals(weather="rain", local_time="19:30", season="autumn")
    one = decided(signals)
    assert one == decided(signals)
    assert one.moment == "rain"
    assert {rule.name for rule in one.used} == {"rain", "evening"}  # evening still sets the tone
    assert one.tone == "warm"
    assert "set by a rule above it" in why(one, "rule autumn")


@pytest.mark.parametrize(
    "text", [FULL_TCF, EMPTY_TCF, "COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA", tcf(vendors=9)]
)
def test_tcf_is_read_as_the_reference_reads_it(text):
    """The same purposes, vendors and date as the package iab-tcf finds."""
    ours, reference = decode_tcf(text), iab_tcf.decode_v2(text)
    assert ours.purposes == {number for number, given in reference.purposes_consent.items() if given}
    assert ours.vendors == {number for number in range(1, 2000) if reference.is_vendor_allowed(number)}
    assert ours.last_updated.replace(microsecond=0, tzinfo=None) == reference.last_updated


@pytest.mark.parametrize(
    ("consent", "allowed", "reason"),
    [
        (None, False, "no consent was sent"),
        (SignalConsent(), False, "no consent was sent"),
        (SignalConsent(granted=()), False, "not granted"),
        (YES, True, ""),
        (SignalConsent(granted=("profile",), expires_at=AT - timedelta(days=1)), False, "expired"),
        (SignalConsent(granted=("profile",), expires_at=AT + timedelta(days=1)), True, ""),
        (SignalConsent(tcf=tcf()), True, ""),
        (SignalConsent(tcf=tcf({1, 2})), False, "purpose 3"),
        (SignalConsent(tcf=tcf(), vendor=4), False, "vendor 4"),
        (SignalConsent(tcf=tcf(vendors=9), vendor=4), True, ""),
        (SignalConsent(tcf=tcf(updated=AT - timedelta(days=400))), False, "expired"),
        (SignalConsent(tcf=tcf(updated=AT + timedelta(days=3))), False, "future"),
        (SignalConsent(tcf="not a string!"), False, "cannot be read"),
        (SignalConsent(tcf=tcf()[:30]), False, "ends too early"),
        (SignalConsent(gpp="DBABLA~BVQqAAAAAACA.QA"), True, ""),
        (SignalConsent(gpp="DBABLA~BVQqAAAAAACA.YA"), False, "opted out in usnat"),
        (SignalConsent(gpp="DBABLA~BCAEAAAAAAA.QA"), False, "opted out in usnat"),
        (SignalConsent(gpp=f"DBACNYA~{EMPTY_TCF}~1YNN"), False, "purpose 1"),
        (SignalConsent(gpp="DBABTA~1YYN"), False, "opted out in uspv1"),
        (SignalConsent(gpp="DBABLA~BVQqAAAAAACA.QA~1YNN"), False, "names 1 sections, it has 2"),
        (SignalConsent(granted=("profile",), gpp="DBABLA~BVQqAAAAAACA.YA"), False, "opted out"),
    ],
)
def test_consent_is_judged(consent, allowed, reason):
    """Every kind of consent that was sent has to allow it; what cannot be read refuses."""
    report = judge_consent(consent, AT)
    assert report.profile is allowed
    assert reason in report.reason


def test_known_children_are_refused():
    """A usnat section whose known-child field is set: bits 48 to 52."""
    bits = f"{1:06b}" + "01" * 6 + "10" * 3 + "00" * 12 + "0100" + "00" * 4
    bits += "0" * (-len(bits) % 6)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    core = "".join(alphabet[int(bits[start : start + 6], 2)] for start in range(0, len(bits), 6))
    assert "child" in judge_consent(SignalConsent(gpp=f"DBABLA~{core}"), AT).reason


def test_hostile_strings_are_refused_fast():
    """Random strings, and one that asks for 4095 ranges of 65535 vendors, end in a refusal, never in anything else."""
    dice = random.Random(7)
    for _ in range(200):
        text = "C" + "".join(dice.choices("ABCXYZaz09-_~.", k=dice.randrange(200)))
        for decode in (decode_tcf, decode_gpp):
            try:
                decode(text)
            except MalformedConsent:
                continue
    bits = f"{2:06b}" + "0" * 207 + f"{65535:016b}1{4095:012b}" + f"1{1:016b}{65535:016b}" * 1400
    bits += "0" * (-len(bits) % 8)
    data = bytes(int(bits[start : start + 8], 2) for start in range(0, len(bits), 8))
    with pytest.raises(MalformedConsent, match="too early"):
        decode_tcf(base64.urlsafe_b64encode(data).decode().rstrip("="))


def test_a_reader_cannot_be_located_finely():
    for signals in (
        {"region": "98101"},
        {"region": "US-WA-SEATTLE"},
        {"local_time": "25:00"},
        {"browsing": ["a" * 99]},
    ):
        with pytest.raises(ValidationError):
            Signals.model_validate(signals)
