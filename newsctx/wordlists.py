"""Words that decide whether a capitalised name in English news is a place (all folded; own compilation)."""

from __future__ import annotations

NOT_PLACES = frozenset(
    """january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday the a an of in on at to by for from and or but is are was be this that these those it
    its he she his her their they we our you your i my me us as if so no not now new old one two three four five six seven
    eight nine ten first second third last next more most many much all some any each both few other another such own same
    police reading nice mobile man men woman women boy girl most born bath battle bar ball best big bill black blue
    board bond book boston tea bridge brown bush cap central chance chapel church city class close coach coast college
    cook court cross crown dale date day days deal dean derby district east eye fair faith fall fame farmer field fire
    fort forest fox free friend front general gift glad god gold golden good grand grant gray green guy hall hand hay
    heart help high hill hills home honor hope hospital hot hunter ice independence institute island judge justice keep
    king kings lady lake land law lead league left liberty life light like link lion live long lord love low major mall
    mark market marks mars mayor media mercury middle mill mine mission moon mother mount much natural need north novel
    ocean office old only orange park parks past peace people place play pop port post power president prince progress
    public queen rain real red reform republican rice rich ring rise river road rock rose royal rule russell say
    school see senate send ship show side sky snow soda south spring springs star state states station stone street
    summer sun superior surprise tall tax teachers team temple tiger time times tower town trail trust turner union unity
    university valley van video war ward water waters well west when where which while white who wild will wind winter
    wood woods word work world yes young what why how then than there here also after before during until since because
    about over under between through against without within according however although though meanwhile despite today
    tomorrow yesterday tonight asked added given made make let get got go going come came take took put set sure never
    always every everything nothing something someone anyone everyone american british french german russian chinese
    apple amazon facebook google twitter instagram visa santa christmas easter congress parliament ministry council
    democrat democrats republicans labour conservative tory brexit internet email news photo image copyright getty
    reuters associated press staff read share advertisement subscribe comments comment sign log click story stories
    earth universal universe bay beach canyon creek county parish province region national international""".split()
)

FIRST_NAMES = frozenset(
    """aaron adam alan albert alex alexander alice allen amy andrea andrew angela anna anne anthony arthur austin barbara
    ben benjamin bernard betty beverly bob brad brandon brian bruce bryan calvin carl carlos carol caroline carter
    catherine chad charles charlie charlotte chelsea chester chris christian christine christopher clara clark clayton
    clifford clinton cynthia dallas daniel dave david dean deborah dennis derek diana diane don donald donna dorothy
    douglas dustin dylan edgar edward eleanor elizabeth ellen emily emma eric erica eugene eva evan evelyn florence
    francis frank fred frederick gabriel gary george georgia gerald gina glenn gloria gordon grace graham greg gregory
    harold harry harvey heather helen henry holly howard hugh ian irene isaac isabel ivan jack jackson jacob jacqueline
    james jamie jane janet jasmine jason jean jeff jeffrey jennifer jeremy jerry jessica jim joan joe joel john jonathan
    jordan jose joseph joshua joyce juan judith judy julia julian julie justin karen kate katherine kathleen keith kelly
    ken kenneth kevin kim kimberly kurt kyle larry laura lauren lawrence lee leo leon leonard leslie lester lewis lillian
    lily linda lisa logan lois louis louise lucas lucy luis luke madison marcus margaret maria marie marilyn mario
    marion mark marshall martha martin marvin mary mason matt matthew maurice max megan melissa melvin michael michelle
    miguel mike mildred milton monica morgan nancy natalie nathan nelson nicholas nicole noah norman oliver olivia oscar
    owen pamela patricia patrick paul paula pedro peter philip phillip phyllis rachel ralph ramon randy raymond rebecca
    richard ricky rita rob robert robin rodney roger roland ron ronald rosa rose roy russell ruth ryan salvador sam
    samantha samuel sandra sara sarah scott sean sergio sharon shawn sheila sherman shirley sidney simon sofia sophia
    stanley stephanie stephen steve steven stuart sue susan sydney tara ted teresa terry theodore theresa thomas tiffany
    tim timothy tina todd tom tony tracy trevor troy tyler valerie vanessa vernon veronica victor victoria vincent
    virginia vivian walter warren wayne wendy wesley william willie wilson zachary""".split()
)

TITLES = frozenset(
    """mr mrs ms miss dr prof professor sir dame lord lady president chancellor minister premier senator sen rep
    representative congressman congresswoman gov governor mayor judge justice sheriff officer detective sergeant sgt
    captain capt lt lieutenant colonel col general gen major maj chief coach pastor reverend rev father sister bishop
    pope king queen prince princess secretary ambassador attorney director actor actress singer quarterback qb
    spokesman spokeswoman""".split()
)

SPEECH = frozenset(
    "said says told tells asked added replied wrote tweeted testified argued explained admitted insisted recalled".split()
)

PREPOSITIONS = frozenset(
    "in near at from to around outside inside across toward towards into throughout via off leaving visiting".split()
)

TEAMS = frozenset(
    """bears texans cowboys eagles giants redskins commanders packers lions vikings falcons panthers saints buccaneers
    cardinals rams seahawks 49ers bills dolphins patriots jets ravens bengals browns steelers colts jaguars titans
    broncos chiefs raiders chargers yankees mets cubs astros indians guardians dodgers padres rockies diamondbacks
    braves marlins phillies nationals brewers pirates reds twins royals tigers rays orioles rangers angels athletics
    mariners celtics nets knicks 76ers raptors bulls cavaliers pistons pacers bucks hawks hornets magic wizards
    nuggets timberwolves thunder blazers jazz warriors clippers lakers suns kings mavericks rockets grizzlies pelicans
    spurs bruins sabres canadiens senators maple lightning leafs capitals flyers penguins islanders devils predators blues
    avalanche wild stars flames oilers canucks ducks sharks united city fc wanderers rovers albion athletic hotspur
    galaxy sounders""".split()
)

ORGANISATIONS = frozenset(
    """post times bank airlines airways journal herald tribune gazette telegraph news press tv radio magazine inc corp
    corporation company co ltd llc university college institute school foundation fund group motors records studios
    association society clinic exchange stock securities award awards prize olympics marathon league conference club
    mercury chronicle examiner globe guardian star mirror mail echo""".split()
)

NAMED_ORGANISATIONS = (
    "new york times", "new york post", "new york stock exchange", "washington post", "los angeles times",
    "bank of america", "bank of england", "bank of scotland", "american airlines", "wall street journal",
    "boston globe", "chicago tribune", "daily telegraph", "south china morning post", "south park", "lake superior",
)  # fmt: skip

PUBLIC_BODIES = frozenset(
    """police mayor fire department county city airport court council sheriff hospital governor gov sen rep public
    district schools high river bridge street avenue road international town parish province state area metro""".split()
)

DIRECTIONS = frozenset("north south east west northern southern eastern western central greater downtown upstate".split())
