"""Inclusive forms composed from everyday vocabulary, none of which guided the tables."""

import pytest

from search.analysis import terms

# form as written | masculine singular, feminine singular, masculine plural, feminine plural
FORMS = """
infirmier·ère·s | infirmier infirmière infirmiers infirmières
boulanger.ère | boulanger boulangère boulangers boulangères
ouvrier-ère-s | ouvrier ouvrière ouvriers ouvrières
pâtissier/ière | pâtissier pâtissière pâtissiers pâtissières
sorcier(ère)s | sorcier sorcière sorciers sorcières
étranger·es | étranger étrangère étrangers étrangères
policier.e.s | policier policière policiers policières
musicien·ne·s | musicien musicienne musiciens musiciennes
pharmacien.nes | pharmacien pharmacienne pharmaciens pharmaciennes
gardien-ne | gardien gardienne gardiens gardiennes
comédien(ne)s | comédien comédienne comédiens comédiennes
européen/ne/s | européen européenne européens européennes
champion·ne·s | champion championne champions championnes
patron.ne.s | patron patronne patrons patronnes
vigneron-nes | vigneron vigneronne vignerons vigneronnes
breton(ne) | breton bretonne bretons bretonnes
paysan·ne·s | paysan paysanne paysans paysannes
artisan·e·s | artisan artisane artisans artisanes
partisan.e.s | partisan partisane partisans partisanes
orphelin·e·s | orphelin orpheline orphelins orphelines
cousin-e-s | cousin cousine cousins cousines
copain·ine·s | copain copine copains copines
compagnon·agne | compagnon compagne compagnons compagnes
danseur·euse·s | danseur danseuse danseurs danseuses
coiffeur.se | coiffeur coiffeuse coiffeurs coiffeuses
vendeur-euse-s | vendeur vendeuse vendeurs vendeuses
chanteur(euse) | chanteur chanteuse chanteurs chanteuses
serveur/euse | serveur serveuse serveurs serveuses
nageur · euse · s | nageur nageuse nageurs nageuses
livreur·ses | livreur livreuse livreurs livreuses
lecteur·rice·s | lecteur lectrice lecteurs lectrices
rédacteur.trice.s | rédacteur rédactrice rédacteurs rédactrices
traducteur-trices | traducteur traductrice traducteurs traductrices
formateur(trice)s | formateur formatrice formateurs formatrices
animateur/trice | animateur animatrice animateurs animatrices
facilitateur · rice · s | facilitateur facilitatrice facilitateurs facilitatrices
éducateur·ices | éducateur éducatrice éducateurs éducatrices
électeur.rices | électeur électrice électeurs électrices
spectateurs·rices | spectateur spectatrice spectateurs spectatrices
auteur·e·s | auteur auteure auteurs auteures
auteur·rice | auteur autrice auteurs autrices
professeur.e.s | professeur professeure professeurs professeures
ingénieur-e-s | ingénieur ingénieure ingénieurs ingénieures
supérieur·e·s | supérieur supérieure supérieurs supérieures
ambassadeur·rice·s | ambassadeur ambassadrice ambassadeurs ambassadrices
ambassadeur.drice | ambassadeur ambassadrice ambassadeurs ambassadrices
sénateur·rice | sénateur sénatrice sénateurs sénatrices
docteur·e | docteur docteure docteurs docteures
enchanteur·eresse | enchanteur enchanteresse enchanteurs enchanteresses
maître·sse·s | maître maîtresse maîtres maîtresses
hôte·sse·s | hôte hôtesse hôtes hôtesses
poète.sse | poète poétesse poètes poétesses
prince·sse·s | prince princesse princes princesses
maire·sse | maire mairesse maires mairesses
duc·hesse | duc duchesse ducs duchesses
sportif·ve·s | sportif sportive sportifs sportives
actif.ive.s | actif active actifs actives
créatif-ves | créatif créative créatifs créatives
veuf(ve)s | veuf veuve veufs veuves
juif·ive·s | juif juive juifs juives
attentif·e | attentif attentive attentifs attentives
naïf/ve | naïf naïve naïfs naïves
bref·ève | bref brève brefs brèves
heureux·se·s | heureux heureuse heureux heureuses
nombreux·ses | nombreux nombreuse nombreux nombreuses
curieux.euse.s | curieux curieuse curieux curieuses
courageux-se | courageux courageuse courageux courageuses
amoureux(se)s | amoureux amoureuse amoureux amoureuses
jaloux·se | jaloux jalouse jaloux jalouses
faux·sse | faux fausse faux fausses
époux·se | époux épouse époux épouses
vieux·eille·s | vieux vieille vieux vieilles
nouveau·elle·s | nouveau nouvelle nouveaux nouvelles
nouveaux·elles | nouveau nouvelle nouveaux nouvelles
jumeau·elle | jumeau jumelle jumeaux jumelles
beau·belle | beau belle beaux belles
fou·olle·s | fou folle fous folles
local·e·s | local locale locaux locales
locaux·ales | local locale locaux locales
municipaux.ales | municipal municipale municipaux municipales
régional-e-s | régional régionale régionaux régionales
libéral(e)s | libéral libérale libéraux libérales
originaux · ales | original originale originaux originales
intellectuel·le·s | intellectuel intellectuelle intellectuels intellectuelles
actuel.les | actuel actuelle actuels actuelles
criminel-le-s | criminel criminelle criminels criminelles
bénévole·s | bénévole bénévole bénévoles bénévoles
pareil·le·s | pareil pareille pareils pareilles
nul·le·s | nul nulle nuls nulles
gentil·le | gentil gentille gentils gentilles
public·que·s | public publique publics publiques
grec·que·s | grec grecque grecs grecques
turc·que | turc turque turcs turques
blanc·he·s | blanc blanche blancs blanches
franc·che | franc franche francs franches
sec·èche | sec sèche secs sèches
long·ue·s | long longue longs longues
gros·se·s | gros grosse gros grosses
bas·se | bas basse bas basses
métis·se·s | métis métisse métis métisses
français·e·s | français française français françaises
anglais.e.s | anglais anglaise anglais anglaises
villageois-e-s | villageois villageoise villageois villageoises
chinois(e)s | chinois chinoise chinois chinoises
frais·aîche | frais fraîche frais fraîches
cadet·te·s | cadet cadette cadets cadettes
muet.te.s | muet muette muets muettes
inquiet·ète·s | inquiet inquiète inquiets inquiètes
discret·e·s | discret discrète discrets discrètes
secret-ète | secret secrète secrets secrètes
sot·te·s | sot sotte sots sottes
idiot·e·s | idiot idiote idiots idiotes
avocat·e·s | avocat avocate avocats avocates
candidat.e.s | candidat candidate candidats candidates
chat·te·s | chat chatte chats chattes
étudiant/e/s | étudiant étudiante étudiants étudiantes
apprenant.es | apprenant apprenante apprenants apprenantes
migrant-es | migrant migrante migrants migrantes
passant(e)(s) | passant passante passants passantes
retraité·e·s | retraité retraitée retraités retraitées
employé.e.s | employé employée employés employées
licencié-e-s | licencié licenciée licenciés licenciées
député·es | député députée députés députées
abonné(e)s | abonné abonnée abonnés abonnées
ami·e·s | ami amie amis amies
inconnu.e.s | inconnu inconnue inconnus inconnues
absent-e-s | absent absente absents absentes
marchand·e·s | marchand marchande marchands marchandes
allemand.e.s | allemand allemande allemands allemandes
sourd·e·s | sourd sourde sourds sourdes
mort.e.s | mort morte morts mortes
seul·e·s | seul seule seuls seules
espagnol·e·s | espagnol espagnole espagnols espagnoles
premier·ère·s | premier première premiers premières
dernier.e.s | dernier dernière derniers dernières
particulier·ière·s | particulier particulière particuliers particulières
tuteur/tutrice | tuteur tutrice tuteurs tutrices
directeur·directrice | directeur directrice directeurs directrices
conseillère/conseiller | conseiller conseillère conseillers conseillères
héros·ïne·s | héros héroïne héros héroïnes
favori·te·s | favori favorite favoris favorites
rigolo·te | rigolo rigolote rigolos rigolotes
andalou·se | andalou andalouse andalous andalouses
malin·gne | malin maligne malins malignes
loup·ve·s | loup louve loups louves
doux·ce·s | doux douce doux douces
roux·sse·s | roux rousse roux rousses
tiers·ce | tiers tierce tiers tierces
CITOYEN·NE·S | citoyen citoyenne citoyens citoyennes
Animateur·Trice | animateur animatrice animateurs animatrices
étudiantEs | étudiant étudiante étudiants étudiantes
utilisateurices | utilisateur utilisatrice utilisateurs utilisatrices
toustes | tout toute tous toutes
bénéficiaire·s | bénéficiaire bénéficiaire bénéficiaires bénéficiaires
lycéen·n·e·s | lycéen lycéenne lycéens lycéennes
militant*e*s | militant militante militants militantes
adhérent_e_s | adhérent adhérente adhérents adhérentes
chargé.e(s) | chargé chargée chargés chargées
expert(-e)s | expert experte experts expertes
instituteur/-trice | instituteur institutrice instituteurs institutrices
"""
CASES = [line.split(" | ") for line in FORMS.strip().splitlines()]


@pytest.mark.parametrize(("form", "queries"), CASES, ids=[case[0] for case in CASES])
def test_an_unseen_form_is_found_by_both_genders_and_numbers(form, queries):
    found = set(terms(f"avec {form} autour"))
    missing = [query for query in queries.split() if not found & set(terms(query))]
    assert missing == []
