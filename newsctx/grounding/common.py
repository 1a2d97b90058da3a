"""Ordinary English words that begin caption sentences: a capital there makes no name of them."""

from __future__ import annotations

_FUNCTION = """
    a about above across after again against all almost along already also although always am amid among an and any
    are around as at be because been before behind being below beneath beside besides between beyond both but by can
    could despite did do does done down during each either else even ever every few first following for from further
    had has have he her here hers him his how however i if in inside instead into is it its itself just last later
    least less like many may me meanwhile might more most much must my near nearby neither never next no nobody none
    nor not nothing now of off often on once one only onto or other others our out outside over own past per perhaps
    same several shall she should since so some someone something soon still such than that the their them then
    there these they this those though through throughout thus to today together tomorrow tonight too toward towards
    two under underneath unlike until up upon us very was we were what when where whether which while who whoever
    whom whose why will with within without would yesterday yet you your
"""
_COMMON = """
    accident account ace act action activist actor add address admit adult advance adviser age agency agree
    agreement aid air aircraft airline airport album alert ally ambulance amount analyst ancient anger angry animal
    anniversary announce annual another apartment appeal appear approach archive area armed army arrest arrive art
    article artist ash ask asylum athlete attack attempt attend attorney audience author authority avalanche average
    award baby back background bad bag ball ballot ban band bank banner bar bare barricade barrier base battle bay
    beach bear beat bed begin bell best better bicycle big bike bill bird birthday black blast blaze block blow blue
    board boat body bomb bombing book border born boss bottle box boy break breaking bridge brief bright bring broad
    broken brother brown build building bus business bystander cabinet call calm camera camp campaign candidate
    candle capital car cardboard care cargo carnival carriage carry case cat catch cause celebrate celebration
    center central centre century ceremony chair champion change chant charge chart chase check cheer chef chemical
    chief child children choir church cinema citizen city civil civilian claim clash class clean cleaner clear clerk
    climate climb clock close cloth clothes cloud club coach coal coalition coast coffin cold collapse collect
    college colonial color colour column come comment commission committee commuter companies company concern
    concert concrete condition conference conflict construction contain contestant continue contractor control
    convoy cook cool cop council country couple course court cover crack craft crane crash crew crime crisis critic
    cross crowd cruise cultural culture current customer cut cyclist cyclone daily dam damage dance dancer danger
    dark data date daughter dawn day dead deadly deal death debate debris decade decorate deep defence defendant
    defense delay delegate demand demolition demonstrate demonstration demonstrator dense deny deputies deputy
    describe desert despite destroy detail detective develop device die different difficult dinner diplomat direct
    director dirt disaster discover discuss disease display dispute district diver doctor document dog door double
    downtown dozen draw dress drink drive driver drone drop drought drug dry dust duty eager early earth earthquake
    east eastern economic economy edge editor education effort eight elderly elect election electric eleven embassy
    emergency employee empty end energy engine engineer enjoy enter entire entrance environment environmental
    epidemic equipment eruption escape estimate evacuate evacuation evacuee evening event eventually evidence
    examine excavator exercise exhibition exit expect expert explain explosion express extra eye face facility fact
    factories factory fail fair faithful fall families family famous fan far farm farmer fashion father fear federal
    female fence ferries ferry festival field fifteen fifth fifty fight fighter fighting figure file film final
    finally find fine finish fire firefighter fireman firemen fireworks firm fish fisherman fishermen five flag
    flame flash flat flight float flood flooded flooding floor flower fly fog follow food football force foreign
    forest form former forty forward found four fourteen fourth frame free freight french-style fresh friend front
    fuel full fun fund funeral furious game garbage garden gas gate gather general girl give glass global go goal
    gold golden good government governor graduate grain grand grandmother grass grave gray great green grey ground
    group grow growing guard guerrilla guest guide gun gunman gunmen half hall hand hang happy harbor harbour hard
    hat head headline health hear heart heat heavily heavy helicopter help high highway hike hill historic history
    hit hold hole holiday home homeless honor honour hope horse hospital host hostage hot hotel hour house household
    huge human humanitarian humid hundred hunger hunt hurricane ice icy image immigrant immigration impact important
    independent indoor industrial industry infantry inform injure inmate innovation inquiry inspect inspector
    intense international interview investigate investigation investigator invite island issue jail jet job join
    journalist judge jump junior jury justice keep key kick kid kill killer kind kitchen knee know labor labour lack
    lady lake land landmark landslide lane large largely late launch law lawmaker lawyer lay lead leader leading
    league learn leave left legal letter level library life lift light lightning line list listen little live local
    long look lorries lorry lose loss lost loud love low loyal luggage machine main major make male man manager
    marathon march marcher marine mark market mass massive match material maybe mayor meal mean meanwhile measure
    media medic medical meet meeting member memorial men merchant message metal meter middle migrant mile militant
    military militia mine miner minister minor minute miss missile mission mob mobile model modern moment money
    monitor month monument morning mosque most mother motor motorcycle motorcyclist motorist mountain mourn mourner
    mourning move movement mud mudslide municipal museum music musician name narrow nation national native natural
    naval navy neighbor neighborhood neighbour neighbourhood network new newly news newspaper night nine noise
    normal north northern note number nun nurse object observe observer occupy ocean offer office officer official
    oil old older open opera operate operation opponent opposition orange orchestra order ordinary organiser
    organizer original overnight owner pack paint painting palace panel paper parade paramedic parent park
    parliament part participant parties partner party pass passenger passer-by patient patrol pay peace peaceful
    pedestrian penguin people percent perform performance performer period person personnel photo photograph
    photographer pick picture piece pile pilgrim pilot pink pipe place placard plain plan plane plant plastic play
    player plaza please plume point pole police policeman policemen policy political politician pool poor pope popular
    population port portrait position post poster potato power powerful practice pray prayer prepare presidential
    press pressure pretty previous price priest prime print prison prisoner private prize problem produce product
    profile project prominent promise property prosecutor protect protection protest protester protestor proud
    provide province public pull pump pupil purple push put question queue quick quickly quiet race racer radio rail
    railway rain rainbow raise rally range rare reach read reader ready real rebel rebuild receive recent recently
    record recover recovery recycling red refugee refuse region regional relative release relief religious remain
    remember remove repair repeat report reporter request rescue rescuer research researcher reservoir resident
    responder rest restaurant result return reveal reveler reveller revolution rice rider right ring riot rioter
    rise rising river road robot rock rocket roll roof room root rope rough round route row royal rubble rugby ruin
    rule run runner rush sad safe safety sail sailor sale salvage sanction sand satellite save say scaffold scene
    school schoolchildren science scientist score scout screen sculpture sea search season seat second secret
    section secure security see seek seem select sell senate senator send senior separate series serious serve
    service set seven seventeen seventh severe shadow shake shanty share shark sheep shell shelling shelter ship
    shoe shoot shooting shop shopkeeper shopper shore short shot shout show side sign silver similar simple singer
    single sink sister sit site six sixteen sixth sixty skate skier skilled sky skyline sleep slide slight slogan
    slow slowly small smart smoke smoking smooth snow snowfall snowy social soft soil soldier solid son song soon
    source south southern space spark speak speaker special spectator speech speed spend spirit split spokesman
    spokesperson spokeswoman sport spray spread spring squad square squat stadium staff stage stair stall stand star
    start state statement station statue stay steam steel steep step stick still stone stop store storm story strain
    strand stranded street stretch strike striker string strong structure student study style submarine suburb
    suburban subway success sudden suddenly suffer sugar suicide suit summer summit sun sunday sunrise sunset
    support supporter sure surface surfer surge surgeon surround survey survivor suspect swell swim swimmer system
    table tailor take talk tall tank tanker tape target task tattered tax taxi teacher team tear technical
    technician teenage teenager telephone television tell temperature temple temporary ten tension tent term
    terminal terrified terror test text theater theatre thick thin thing think third thirteen thirty thousand threat
    three throw thunder thunderstorm ticket tide tight timber time tiny tire tired title toddler ton top torch
    torrential total touch tourism tourist tower town toxic track tractor trade trader tradition traditional traffic
    trail trailer train trainer tram transfer transport trash travel traveler traveller treat treatment tree trial
    tribal tribute trip trooper troops trouble truck true trust try tsunami tunnel turn twelve twenty twin twist
    typhoon umbrella uniformed union unit united university unknown urban urgent use user vaccine valley van vast
    vehicle vendor vessel veteran victim victory video view vigil village villager violence violent visit visitor
    voice volcanic volcano volunteer vote voter wade wage wait walk walker wall war warehouse warm warn warning
    warrior wash waste watch water wave way weak wealthy weapon wear weather week weekend weekly welcome well west
    western wet wheel white wide widespread wife wild wildfire win wind window winner winter woman women wonder wood
    wooden word work worker world worried worry worshiper worshipper wound wreath wreck wreckage wrestle write
    writer wrong yard year yellow young younger youth zone zoo
"""


def word_set(words: str) -> frozenset[str]:
    """The words of a text that white space parts."""
    return frozenset(words.split())


FUNCTION = word_set(_FUNCTION)
COMMON = word_set(_COMMON)
