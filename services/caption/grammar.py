"""Which word may follow: a captioner of our own says only sentences of its wording."""

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

from services.caption.words import Wording

Trie = dict[int, "Trie"]


class Grammar:
    """All heads of a wording followed by all tails that fit, as token tries. Heads share their tails' trie."""

    def __init__(self, wording: Wording, tokenizer: PreTrainedTokenizerBase) -> None:
        """``tokenizer`` gives the tokens of a part of a sentence, and those before and after a whole one."""
        start, _ = tokenizer("").input_ids
        tails: dict[bool, Trie] = {True: {}, False: {}}
        for lit, trie in tails.items():
            for tail in wording.tails(lit):
                grow(trie, tokenizer(tail).input_ids[1:], {})
        self._start: Trie = {start: {}}
        for head, words in wording.heads.items():
            tail_of = tails[wording.families[words.family].lit]
            grow(self._start[start], tokenizer(head, add_special_tokens=False).input_ids, tail_of)

    def followers(self, tokens: Sequence[int]) -> list[int]:
        """The tokens that may come after the beginning of a sentence, its start included."""
        trie = self._start
        for token in tokens:
            trie = trie[token]
        return list(trie)


def grow(trie: Trie, tokens: Sequence[int], rest: Trie) -> None:
    """Add a sequence to the trie, and behind it all that ``rest`` allows."""
    for token in tokens[:-1]:
        trie = trie.setdefault(token, {})
    trie[tokens[-1]] = rest
