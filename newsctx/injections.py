"""What instructions to a language model look like inside an article: patterns, each linear in the length of the text.

Quantifiers over more than one kind of character are bounded, and gaps hold no sentence end, so that every start reads a
bounded stretch; no quantifier stands inside another.
"""

from __future__ import annotations

import re
from typing import Literal

FlagKind = Literal["override", "persona", "output", "role", "markup", "delimiter", "encoded", "hidden"]
ENCODED = 100  # characters from which an unbroken run of base64 is a blob: no word and few URLs are so long

_GAP = r"[^.!?。！？]{0,40}?"
#: Where an order begins: at the start of a sentence, or after the words that introduce one.
_ORDER = (
    r"(?:^|(?<=[\n.!?:;,\"'“”‘’(\[>*-])|(?<=[\n.!?:;,\"'“”‘’)] )|(?<=please )|(?<=now )|(?<=and )|(?<=then )|(?<=must )"
    r"|(?<=should )|(?<=you to ))"
)
_OVERRIDE = (
    # English, German, French, Spanish, Italian, Portuguese, Dutch
    rf"\b(?:ignore|disregard|forget|override|bypass)\b{_GAP}"
    r"\b(?:previous|prior|above|earlier|preceding|your|system|foregoing|all)\b"
    rf"{_GAP}\b(?:instructions?|prompts?|rules|directions|guidelines|messages?|context|evidence)\b",
    r"\b(?:ignore|disregard|forget)[ \n]{1,4}(?:all|everything|anything|whatever)[ \n]{1,4}"
    r"(?:of )?(?:the )?(?:that (?:was|is) )?(?:previous|prior|above|earlier|before|preceding|foregoing|said|stated|"
    r"you (?:were|have been) (?:told|given))\b",
    r"\b(?:ignore|disregard|forget) (?:what|everything|anything|all(?: that)?) (?:you were|you have been|you've been) "
    r"(?:told|given|instructed|taught)\b",
    rf"{_ORDER}(?:ignore|disregard|forget) (?:[\w'’]{{1,15}} ){{0,3}}"
    r"(?:evidence|passages?|metadata|context|prompts?|instructions|guidelines)\b",
    rf"{_ORDER}(?:do not|don't|never) (?:use|read|trust|follow|obey) (?:the |these |those |any |your )?"
    r"(?:[\w'’]{1,15} )?(?:evidence|passages?|metadata|context|prompts?|instructions)\b",
    r"\bi[ ._-]g[ ._-]n[ ._-]o[ ._-]r[ ._-]e\b|\bd[ ._-]i[ ._-]s[ ._-]r[ ._-]e[ ._-]g[ ._-]a[ ._-]r[ ._-]d\b",
    r"\brules? about data\b",
    rf"\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*)\b{_GAP}"
    r"\b(?:anweisung\w*|vorgaben|regeln|prompts?|instruktion\w*)\b",
    rf"\b(?:ignore[zr]?|oublie[zr]?|néglige[zr]?)\b{_GAP}\b(?:instructions?|consignes?|règles|directives)\b",
    rf"\b(?:ignor[aeo]\w{{0,3}}|olvid[ae]\w{{0,3}}|descart[ae]\w{{0,3}})\b{_GAP}\b(?:instrucciones|indicaciones|reglas|órdenes)\b",
    rf"\b(?:ignora\w{{0,3}}|dimentica\w{{0,3}})\b{_GAP}\b(?:istruzioni|regole|indicazioni)\b",
    rf"\b(?:ignor[ae]\w{{0,3}}|esqueça\w{{0,3}})\b{_GAP}\b(?:instruções|regras|orientações)\b",
    rf"\b(?:negeer|vergeet)\b{_GAP}\b(?:instructies|aanwijzingen|opdrachten|regels)\b",
    # Polish and Czech, Swedish, Danish and Norwegian, Turkish, Indonesian and Malay, Vietnamese
    rf"\b(?:z?ignoruj\w{{0,4}}|zapomnij\w{{0,4}}|pomiń\w{{0,4}}|zapomeň\w{{0,4}}){_GAP}"
    r"\b(?:instrukcj|instrukc[ei]|poleceni|poleceń|wytyczn|zasad|pokyn|pravidl)\w{0,4}",
    rf"\b(?:ignorera|ignorer|glöm|glem|bortse från|se bort fra){_GAP}"
    r"\b(?:instruktion|instruks|anvisning|regler|riktlinje|retningslinje)\w{0,6}",
    rf"(?:talimat|yönerge|komut|kural)\w{{0,12}}{_GAP}(?:yok say|görmezden gel|unut|dikkate alma|göz ardı et)",
    rf"\b(?:abaikan|lupakan|hiraukan){_GAP}\b(?:instruksi|perintah|petunjuk|aturan|arahan)",
    rf"(?:bỏ qua|phớt lờ|quên){_GAP}(?:hướng dẫn|chỉ dẫn|chỉ thị|mệnh lệnh|quy tắc)",
    # Greek, Hebrew, Persian
    rf"(?:αγνόησ|αγνοήσ|αγνοείσ|ξέχασ|ξεχάσ)\w{{0,5}}{_GAP}(?:οδηγί|εντολ|κανόν)\w{{0,4}}",
    rf"(?:התעלמ|התעלם|תתעלם|תתעלמ|שכח){_GAP}(?:הוראות|הנחיות|כללים|פקודות)",
    rf"(?:دستور|قوانین){_GAP}(?:نادیده|فراموش)",
    # Russian, Ukrainian, Chinese, Japanese, Korean, Arabic, Hindi
    rf"(?:игнорируй|игнорируйте|забудь|забудьте|не обращай внимания){_GAP}(?:инструкци|указани|правил|команд)\w{{0,4}}",
    rf"(?:ігноруй|ігноруйте|забудь|забудьте){_GAP}(?:інструкці|вказів|правил)\w{{0,4}}",
    rf"(?:忽略|无视|無視|忘记|忘記|不要理会){_GAP}(?:指令|指示|说明|說明|提示|规则|規則)",
    rf"(?:指示|命令|プロンプト|ルール){_GAP}(?:無視|忘れ)",
    rf"(?:지시|명령|지침|프롬프트){_GAP}(?:무시|잊)",
    rf"(?:تجاهل|تجاهلوا|انس){_GAP}(?:التعليمات|الأوامر|تعليمات|القواعد)",
    rf"(?:निर्देश|आदेश){_GAP}(?:अनदेखा|नज़रअंदाज़|भूल)",
)
_PERSONA = (
    r"\byou are now (?:an?\b|in\b|the (?:ai|assistant|system|admin)|free (?:of|from)|dan\b|no longer\b)",
    r"\b(?:pretend|imagine) (?:that you are|you are|you're)\b|(?<![a-z] )\bpretend to be\b",
    r"\bact as (?:if you|an? (?:ai|assistant|language model|system|unrestricted|administrator|developer|different))\b",
    r"\bfrom now on,? (?:you|answer|respond|always|only)\b",
    r"\byour new (?:role|task|instructions?|goal|objective)\b",
    r"\b(?:developer|debug|god|jailbreak|admin) mode\b",
    r"\bdu bist (?:jetzt|nun|ab sofort) (?:ein|eine|kein)\b",
    r"\b(?:tu es|vous êtes) (?:maintenant|désormais) une?\b",
    r"\b(?:ahora eres|a partir de ahora) (?:una?|responde|eres)\b",
    r"\b(?:ora sei|da ora in poi sei|agora você é|je bent nu) (?:una?|um|uma|een)\b",
    r"(?:теперь ты|отныне ты|ти тепер)\b",
    r"(?:你现在是|你現在是|从现在开始你|あなたは今から|今からあなたは|너는 이제|أنت الآن)",
)
_OUTPUT = (
    rf"\b(?:reveal|print|repeat|show|output|display|leak)\b{_GAP}"
    r"\b(?:system prompt|your (?:instructions|prompt|rules|system))\b",
    r"\b(?:respond|reply|answer|output) "
    r"(?:(?:only|just|always|exactly) with|with (?:only|just|exactly|the (?:word|text|following)))\b",
    r"\byou (?:must|should|shall|have to|need to|are to) (?:now |only |always |also )?"
    r"(?:(?:write|answer|respond|reply|output|caption|cite)\b|(?:say|state|claim|report) (?:that )?(?:the|this) "
    r"(?:photo|picture|image|caption))",
    r"\bnew (?:task|instructions?|role|rules?|prompt|orders?) {0,3}:",
    r"\b(?:respond|reply|answer|output|print|write) only (?:the|this|a|with|[\"'“])",
    r"\b(?:write|output|use|print|give) (?:the following|this) (?:caption|answer|text|sentence)s?\b",
    r"\bcaption (?:this|the) (?:photo|photograph|image|picture) (?:as|with)\b",
    r"\byour (?:caption|answer|output) is {0,3}:",
    r"(?<!the )\bcaption (?:must|has to|shall) (?:be|say|state|contain|read)\b",
    r"\bcite (?:only )?[cm]\d{1,3}\b",
    r"\b(?:approve|accept|sign off(?: on)?) (?:this|the|your) caption\b|\bthe caption (?:was|is|has been) approved\b",
    r"\bset the status to (?:approved|closed|checked)\b",
    r"[\"'](?:tool_calls?|function_call|approved)[\"'] {0,3}:",  # the call of a tool, as answers have it
    r"</?(?:function_calls?|invoke|tool_use)\b[^<>]{0,200}>",
    r"\{ {0,5}[\"'](?:sentences|caption|chunks|text)[\"'] {0,5}:",  # an answer in our own form
    r"\binstead,? (?:write|say|output|print|caption)\b",
    r"\b(?:write|state|say|claim) (?:in|that) (?:the|your) (?:caption|answer|response|output)\b",
    r"\b(?:the|your) (?:caption|answer|response|output) (?:must|has to|shall) (?:be|say|state|contain|read)\b",
    r"\b(?:do not|don't|never) (?:cite|mention|tell|inform|warn)\b[^.!?]{0,20}"
    r"\b(?:sources?|evidence|user|analyst|this)\b",
    r"\b(?:note|attention|message|instructions?) (?:to|for) (?:the |any |all )?"
    r"(?:ai|llm|assistant|language model|chatbot|model)s?\b",
    r"\b(?:system prompt|prompt injection|hidden instruction)s?\b",
)
_ROLE = (
    r"<\|[^<>|\n]{1,40}\|>|<｜[^<>｜\n]{1,40}｜>",  # <|im_start|>, <|eot_id|>, <｜User｜>
    r"</?(?:s|bos|eos|pad|unk|mask|image|img|video|think|tool_call|tool_response|start_of_turn|end_of_turn|start_of_image|"
    r"end_of_image|image_soft_token|img_context|fake_token_around_image|end_of_utterance|row_\d{1,2}_col_\d{1,2})>",
    r"\[/?(?:inst|sys|img|img_break|img_end|system|user|assistant|available_tools|tool_calls|tool_results)\]|<</?sys>>",
    r"(?:(?<=^)|(?<=[\n\r.!?>\]}]))[ \t#*_\"']{0,6}"
    r"(?:system|assistant|user|human|developer|instruction|prompt)[ \t*_\"']{0,3}:",
    r"(?:(?<=^)|(?<=[\n\r]))[ \t]{0,4}#{2,4} {0,2}(?:instruction|system|response|input|human|assistant)\b",
)
_MARKUP = (
    r"</?(?:script|style|iframe|object|embed|svg|math|form|input|button|link|meta|base|template|img|a|p|div|span|br|b|i|"
    r"em|strong|html|body|head|h[1-6]|ul|ol|li|table|tr|td|textarea|noscript|details|marquee)\b[^<>]{0,500}>?",
    r"<!--|-->|<!\[cdata\[|<!doctype",
    r"\bon(?:error|load|click|mouseover|focus|toggle|begin|start) {0,3}= {0,3}[\"'a-z]",
    r"\b(?:javascript|vbscript) {0,3}:|\bdata:(?:text/html|image/svg)",
    r"!\[[^\[\]\n]{0,100}\]\(|\{\{[^{}\n]{1,100}\}\}|\{%[^{}%\n]{1,100}%\}",
)
_DELIMITER = (
    r"</?data\b[^<>]{0,100}>?",
    r"`{3,}|~{4,}",
    r"\b(?:begin|end|start|stop) of (?:data|evidence|context|document|article|passage)s?\b",
    r"[-=*#]{3,20} {0,3}(?:end|begin|start|stop)\b[^\n]{0,40}?[-=*#]{3}",
    r"⟦|⟧|&lt;/?data\b|\barticle \d{1,3}, [cm]\d{1,3}:",
)
_ENCODED = (rf"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{{{ENCODED},}}={{0,2}})",)
HIDDEN = (
    r"[\u202d\u202e]+",
    r"(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+",
    r"[\x00-\x08\x0e-\x1f]+",
)
#: Reported in the third person: residents, a jury, nobody who reads. Not where the order goes to a reader of prompts.
_READER = r"(?:you\b|ai\b|models?\b|assistant|chatbot|llm|system|writer|reader)"
REPORTED = re.compile(
    r"\b(?:ask|tell|told|urge|order|advise|instruct|warn|direct)(?:s|d|ed|ing)?"
    r" (?:the |its |their |his |her |all |some )?"
    rf"(?!(?:\w{{2,5}} )?{_READER})[\w'’-]{{2,20}}(?: (?!{_READER})[\w'’-]{{2,20}})? to $",
    re.IGNORECASE,
)
REPORTED_CHARS = 90  # before the phrase that are read for it
STRONG = re.compile(r"\b(?:your|system|above|prompts?)\b", re.IGNORECASE)  # nobody but a model is asked to ignore these
PATTERNS: tuple[tuple[FlagKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile("|".join(f"(?:{p})" for p in group), re.IGNORECASE))
    for kind, group in (
        ("override", _OVERRIDE),
        ("persona", _PERSONA),
        ("output", _OUTPUT),
        ("role", _ROLE),
        ("markup", _MARKUP),
        ("delimiter", _DELIMITER),
        ("encoded", _ENCODED),
    )
)
