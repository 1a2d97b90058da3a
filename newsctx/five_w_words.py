"""The words that the rules of `five_w` know, English news.

Causal markers follow Giveme5W1H's (Hamborg, Breitinger and Gipp 2019, "Giveme5W1H: A Universal System for Extracting
Main Events from News Articles", sec. 3.3: causal conjunctions, adverbs and verbs); the others are own lists of what the
press uses. Words stand in lower case.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# People named by what they are: an answer to `who` where nobody is named ("five people", "a gunman").
PERSONS = _words("""
    activist activists actor actors actress adult adults aide aides ambassador analyst analysts army artist artists
    athlete athletes attacker attackers attorney author authorities boy boys brother bystander bystanders candidate
    candidates captain champion chef chief child children citizens civilian civilians climber climbers coach colleague
    commander commissioner commuters congressman coroner couple crew crowd crowds customer customers daughter defendant
    deputies deputy detective detectives diplomat diplomats director diver divers doctor doctors driver drivers
    emergency-services employee employees engineers experts families family fan fans farmer farmers father fighters
    firefighter firefighters fisherman fishermen forces girl girls government governor guard guards gunman gunmen
    hostages husband immigrants inspector inspectors investigators journalist journalists judge jury king lawmakers
    lawyer lawyers leader leaders lifeguards man mayor medics member men migrants militants miners minister ministers
    mother motorist motorists mourners neighbor neighbors neighbour neighbours nurse nurses officer officers official
    officials owner paramedics parents passenger passengers passersby patient patients pedestrian pedestrians people
    performers person pilot pilots player players police policeman policemen politician politicians pope premier
    president priest prisoner prisoners professor prosecutor prosecutors protester protesters protestors queen rebels
    refugees reporter reporters representatives rescuer rescuers researchers residents rioters runner runners sailors
    schoolchildren scientist scientists secretary senator senators sheriff shooter shoppers singer sister skier soldier
    soldiers son spectators spokesman spokesperson spokeswoman staff striker student students supporters surgeon
    surgeons survivor survivors suspect suspects swimmer teacher teachers team teenager teenagers terrorist terrorists
    tourist tourists troops victim victims villagers visitors volunteer volunteers voters wife witness witnesses woman
    women worker workers writer youths
""")

# Past forms that do not end in -ed: with the regular ones, what happened.
PAST = _words("""
    arose ate beat became began bit blew bought bound broke brought built burnt burst came caught chose clung crept cut
    dealt drew drove drank dug fell fled flew forbade fought found froze gave got grew hid hit held hung hurt kept knelt
    laid launched led left lent lit lost made met overcame overran overtook paid put quit ran rang rebuilt resigned rode
    rose sank sang sat sent set shook shone shot shrank shut slept slid sold sought sped spent spilt split spread sprang
    stood stole stuck struck strove swam swept swore swung taught threw took tore undertook upset withdrew woke won wore
    wound wrecked struck fallen broken taken given driven beaten stolen torn sunk begun chosen drawn eaten flown frozen
    hidden ridden risen shaken slain sworn thrown woken written
""")

# Words in -ed that are no past form, and those that tell what somebody said, felt or is rather than what happened.
NOT_ACTIONS = _words("""
    added admired alleged agreed argued asked assumed based believed biased bleed breed claimed commented considered
    concerned deed described excited expected explained feared feed felt greed heed hoped hundred indeed insisted
    interested involved kindred known liked looked loved mentioned named naked need noted observed outraged pleased
    recalled red related remained remarked replied sacred said seed seemed shed sled so-called speed stated supposed
    surprised talked thought told tired unexpected united used wanted weed wed wicked wished wondered worried
""")

# The present tense of headlines and captions.
PRESENT = _words("""
    accuses agrees announces appears approves arrests arrives attacks attends bans beats begins blames blasts blocks
    burns celebrates closes collapses collides crashes cuts declares defeats delivers demands denies destroys dies
    elects ends erupts escapes evacuates explodes faces falls fights files fires floods flees gathers gets gives goes
    halts hits hosts hurts inspects invades joins jumps kills launches leads leaves lifts loses makes marches meets
    mourns moves names opens orders passes performs plunges prays protests pulls quits raids raises reaches rejects
    releases rescues resigns returns reveals rises rocks ruptures scores seizes sells sends shakes shoots signs sinks
    slams speaks stands starts stops storms strikes surrenders sweeps takes topples triggers unveils urges visits
    votes walks warns watches wins withdraws wounds
""")

# A capitalised name that ends in one of these is where something happened.
VENUES = _words("""
    airfield airport arena avenue bay beach boulevard bridge building camp canal castle cathedral cemetery center centre
    church circuit city coast college community court courthouse dam desert district embassy factory forest garden
    gardens gate hall harbor harbour heights highway hill hills hospital hotel house island islands lake library mall
    market mine monument mosque motorway mountain mountains museum palace park peninsula pier plant plaza port prison
    province region river road school sea square stadium station street suburb synagogue temple terminal theater theatre
    tower town track university valley village volcano wall zoo
""")

# A capitalised name that ends in one of these is an event or a thing, neither somebody nor somewhere.
EVENTS = _words("""
    act agreement award awards bill bowl brexit campaign championship championships christmas conference congress cup
    day deal derby easter election elections eve eucharist festival fashion finals games gp halloween league marathon
    masters olympics open prix ramadan series summit super tour treaty trophy war week year
""")

# Adjectives of nations with a capital: not a name on their own.
NATIONS = _words("""
    african american americans arab argentine asian australian austrian belgian brazilian britain's british bulgarian
    canadian chinese colombian croatian cuban czech danish dutch egyptian english european filipino finnish french
    german greek hungarian indian indonesian iranian iraqi irish israeli italian japanese jewish kenyan korean latin
    lebanese libyan malaysian mexican muslim muslims christian nigerian norwegian pakistani palestinian peruvian
    philippine polish portuguese romanian russian saudi scottish serbian spanish swedish swiss syrian taiwanese thai
    turkish ukrainian venezuelan vietnamese welsh western democratic democrat republican republicans democrats
""")

# Agencies and credits name the source of a text, not who acted.
SOURCES = _words("afp ani ap bbc cnn dpa efe getty ians pti reuters rex tass upi xinhua")

# Giveme5W1H's causal conjunctions and adverbs; `since`, `as` and `so` alone are temporal or nothing as often.
CAUSAL_PHRASES = (
    "because", "due to", "owing to", "thanks to", "on account of", "as a result", "as a consequence",
    "in consequence", "consequently", "therefore", "thus", "hence", "thereby", "so that", "in order to",
    "in order that", "for the purpose of", "for this reason", "the reason", "in response to", "in retaliation",
    "in protest", "in honor of", "in honour of", "in memory of", "in a bid to", "in an effort to", "in an attempt to",
    "amid fears", "amid concerns", "over fears", "over concerns", "over allegations", "on suspicion of", "aimed at",
    "with the aim of", "accused of", "blamed on", "blamed for", "motivated by", "stems from", "stemmed from",
    "stemming from", "is attributed to", "was attributed to", "were attributed to",
)  # fmt: skip

# Causative verbs (Girju 2003 by way of Giveme5W1H), with the preposition that they need.
CAUSAL_VERBS = (
    r"caus(?:es?|ed|ing)", r"trigger(?:s|ed|ing)?", r"provok(?:es?|ed|ing)", r"prompt(?:s|ed|ing)",
    r"spark(?:s|ed|ing)",
    r"led to", r"leads? to", r"leading to", r"result(?:s|ed|ing)? in", r"result(?:s|ed|ing)? from",
    r"forc(?:es?|ed|ing) \w+(?: \w+){0,3}? to", r"brought about", r"gave rise to", r"contribut(?:es?|ed|ing) to",
)  # fmt: skip

# Capitalised at a sentence's start or in a title, and no name.
OPENERS = _words("""
    a an the this that these those in on at by for from to of with as and but or so yet if when while after before
    during since until under over he she it they we you i his her its their our my your there here who what where why
    how which not no all some many most more several both each every one two three four five six seven eight nine ten
    eleven twelve dozens hundreds thousands millions also now then still just only even such than meanwhile however
    instead earlier later today yesterday tonight tomorrow although though despite because according about above across
    against along among around behind below between beyond inside near outside through toward towards upon within
    without once last next first second third another other others little much few image photo photos picture pictures
    video file watch read see yes well like let nobody nothing everyone everything someone something anyone
""")

TIME_WORDS = _words("""
    january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays
    fridays saturdays sundays christmas easter ramadan
""")

# Small words inside a name: `Bank of England`.
LINKS = _words("""
    of de da di del der den van von bin ibn al el la le du des dos
""")

# Behind a capitalised word that opens a sentence, these make it a subject.
AUXILIARIES = _words("""
    is was has had will would can could may might did does says said told
""")

# A capitalised name behind one of these is where something is.
INSIDE = _words("""
    in at near outside inside around across throughout
""")

# Forms of `to be`: before `-ing` an action goes on.
BE = _words("""
    is are was were be been being am
""")

# Before a participle they make it an adjective: `a trapped boy`.
DETERMINERS = _words("""
    a an the his her its their our my your this that these those some any no
""")

# Words in -ing that are no action.
STATES = _words("""
    being having saying asking thinking feeling hoping looking going nothing something
""")

# Headline verbs that are nouns as often in running text.
NOUNS = _words("""
    attacks burns cuts fires floods names orders raids rocks signs stands strikes storms votes wounds protests
    leaves faces falls fights
""")
