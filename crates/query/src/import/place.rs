//! Names and codes of countries and languages, as other services write them.

use unicode_normalization::UnicodeNormalization;

/// Returns the two letters of a country (ISO 3166-1), from its two or three letters or its English
/// name, in any case.
pub(super) fn country(written: &str) -> Option<&'static str> {
    let wanted = folded(written);
    if wanted == "uk" {
        return Some("gb");
    }
    COUNTRIES.lines().find_map(|line| {
        let (code, rest) = line.split_once(' ')?;
        let (code_of_three, names) = rest.split_once(' ')?;
        let is_it = wanted == code
            || wanted == code_of_three
            || names.split('|').any(|name| folded(name) == wanted);
        is_it.then_some(code)
    })
}

/// Returns the code of a language from the name that Google's alerts have for it.
pub(super) fn language(written: &str) -> Option<&'static str> {
    let wanted = folded(written);
    LANGUAGES.lines().find_map(|line| {
        let (code, name) = line.split_once(' ')?;
        (wanted == folded(name)).then_some(code)
    })
}

/// Returns the letters of a name, small and without accents.
fn folded(name: &str) -> String {
    name.nfd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Two letters, three letters and English names: those of Google's alerts where it has one, with
/// names that a country had before.
const COUNTRIES: &str = "\
ad and Andorra
ae are United Arab Emirates|UAE
af afg Afghanistan
ag atg Antigua & Barbuda
ai aia Anguilla
al alb Albania
am arm Armenia
ao ago Angola
aq ata Antarctica
ar arg Argentina
as asm American Samoa
at aut Austria
au aus Australia
aw abw Aruba
ax ala Åland Islands
az aze Azerbaijan
ba bih Bosnia & Herzegovina
bb brb Barbados
bd bgd Bangladesh
be bel Belgium
bf bfa Burkina Faso
bg bgr Bulgaria
bh bhr Bahrain
bi bdi Burundi
bj ben Benin
bl blm St. Barthélemy
bm bmu Bermuda
bn brn Brunei
bo bol Bolivia
bq bes Caribbean NL
br bra Brazil
bs bhs Bahamas
bt btn Bhutan
bv bvt Bouvet Island
bw bwa Botswana
by blr Belarus
bz blz Belize
ca can Canada
cc cck Cocos (Keeling) Islands
cd cod Congo (DRC)|Democratic Republic of the Congo
cf caf Central African Republic
cg cog Congo (Republic)
ch che Switzerland
ci civ Côte d’Ivoire|Ivory Coast
ck cok Cook Islands
cl chl Chile
cm cmr Cameroon
cn chn China
co col Colombia
cr cri Costa Rica
cu cub Cuba
cv cpv Cape Verde|Cabo Verde
cw cuw Curaçao
cx cxr Christmas Island
cy cyp Cyprus
cz cze Czech Republic|Czechia
de deu Germany
dj dji Djibouti
dk dnk Denmark
dm dma Dominica
do dom Dominican Republic
dz dza Algeria
ec ecu Ecuador
ee est Estonia
eg egy Egypt
eh esh Western Sahara
er eri Eritrea
es esp Spain
et eth Ethiopia
fi fin Finland
fj fji Fiji
fk flk Falkland Islands (Islas Malvinas)|Falkland Islands
fm fsm Micronesia
fo fro Faroe Islands
fr fra France
ga gab Gabon
gb gbr United Kingdom|Great Britain
gd grd Grenada
ge geo Georgia
gf guf French Guiana
gg ggy Guernsey
gh gha Ghana
gi gib Gibraltar
gl grl Greenland
gm gmb Gambia
gn gin Guinea
gp glp Guadeloupe
gq gnq Equatorial Guinea
gr grc Greece
gs sgs South Georgia & South Sandwich Islands
gt gtm Guatemala
gu gum Guam
gw gnb Guinea-Bissau
gy guy Guyana
hk hkg Hong Kong
hm hmd Heard & McDonald Islands
hn hnd Honduras
hr hrv Croatia
ht hti Haiti
hu hun Hungary
id idn Indonesia
ie irl Ireland
il isr Israel
im imn Isle of Man
in ind India
io iot British Indian Ocean Territory
iq irq Iraq
ir irn Iran
is isl Iceland
it ita Italy
je jey Jersey
jm jam Jamaica
jo jor Jordan
jp jpn Japan
ke ken Kenya
kg kgz Kyrgyzstan
kh khm Cambodia
ki kir Kiribati
km com Comoros
kn kna St. Kitts & Nevis
kp prk North Korea
kr kor South Korea
kw kwt Kuwait
ky cym Cayman Islands
kz kaz Kazakhstan
la lao Laos
lb lbn Lebanon
lc lca St. Lucia
li lie Liechtenstein
lk lka Sri Lanka
lr lbr Liberia
ls lso Lesotho
lt ltu Lithuania
lu lux Luxembourg
lv lva Latvia
ly lby Libya
ma mar Morocco
mc mco Monaco
md mda Moldova
me mne Montenegro
mf maf St. Martin
mg mdg Madagascar
mh mhl Marshall Islands
mk mkd North Macedonia|Macedonia (FYROM)
ml mli Mali
mm mmr Myanmar (Burma)|Myanmar
mn mng Mongolia
mo mac Macau|Macao
mp mnp Northern Mariana Islands
mq mtq Martinique
mr mrt Mauritania
ms msr Montserrat
mt mlt Malta
mu mus Mauritius
mv mdv Maldives
mw mwi Malawi
mx mex Mexico
my mys Malaysia
mz moz Mozambique
na nam Namibia
nc ncl New Caledonia
ne ner Niger
nf nfk Norfolk Island
ng nga Nigeria
ni nic Nicaragua
nl nld Netherlands
no nor Norway
np npl Nepal
nr nru Nauru
nu niu Niue
nz nzl New Zealand
om omn Oman
pa pan Panama
pe per Peru
pf pyf French Polynesia
pg png Papua New Guinea
ph phl Philippines
pk pak Pakistan
pl pol Poland
pm spm St. Pierre & Miquelon
pn pcn Pitcairn Islands
pr pri Puerto Rico
ps pse Palestine
pt prt Portugal
pw plw Palau
py pry Paraguay
qa qat Qatar
re reu Réunion
ro rou Romania
rs srb Serbia
ru rus Russia
rw rwa Rwanda
sa sau Saudi Arabia
sb slb Solomon Islands
sc syc Seychelles
sd sdn Sudan
se swe Sweden
sg sgp Singapore
sh shn St. Helena
si svn Slovenia
sj sjm Svalbard & Jan Mayen
sk svk Slovakia
sl sle Sierra Leone
sm smr San Marino
sn sen Senegal
so som Somalia
sr sur Suriname
ss ssd South Sudan
st stp São Tomé & Príncipe
sv slv El Salvador
sx sxm Sint Maarten
sy syr Syria
sz swz Eswatini|Swaziland
tc tca Turks & Caicos Islands
td tcd Chad
tf atf French Southern Territories
tg tgo Togo
th tha Thailand
tj tjk Tajikistan
tk tkl Tokelau
tl tls Timor-Leste|East Timor
tm tkm Turkmenistan
tn tun Tunisia
to ton Tonga
tr tur Turkey|Türkiye
tt tto Trinidad & Tobago
tv tuv Tuvalu
tw twn Taiwan
tz tza Tanzania
ua ukr Ukraine
ug uga Uganda
um umi U.S. Outlying Islands
us usa United States|United States of America|USA
uy ury Uruguay
uz uzb Uzbekistan
va vat Vatican City
vc vct St. Vincent & Grenadines
ve ven Venezuela
vg vgb British Virgin Islands
vi vir U.S. Virgin Islands
vn vnm Vietnam
vu vut Vanuatu
wf wlf Wallis & Futuna
ws wsm Samoa
ye yem Yemen
yt myt Mayotte
za zaf South Africa
zm zmb Zambia
zw zwe Zimbabwe";

/// The codes of the languages of Google's alerts (ISO 639-1) and its names for them.
const LANGUAGES: &str = "\
af Afrikaans
ar Arabic
be Belarusian
bg Bulgarian
ca Catalan
cs Czech
da Danish
de German
el Greek
en English
eo Esperanto
es Spanish
et Estonian
fa Persian
fi Finnish
fr French
he Hebrew
hi Hindi
hr Croatian
hu Hungarian
hy Armenian
id Indonesian
is Icelandic
it Italian
ja Japanese
ko Korean
lt Lithuanian
lv Latvian
nl Dutch
no Norwegian
pl Polish
pt Portuguese
ro Romanian
ru Russian
sk Slovak
sl Slovenian
sr Serbian
sv Swedish
sw Swahili
th Thai
tl Filipino
tr Turkish
uk Ukrainian
vi Vietnamese
zh Chinese (Simplified)
zh Chinese (Traditional)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_known_by_either_code_and_by_its_name() {
        let check = |written, expect| assert_eq!(country(written), expect, "{written}");
        check("gbr", Some("gb"));
        check("GBR", Some("gb"));
        check("gb", Some("gb"));
        check("uk", Some("gb"));
        check("United Kingdom", Some("gb"));
        check("cote d'ivoire", Some("ci"));
        check("Réunion", Some("re"));
        check("Macedonia (FYROM)", Some("mk"));
        check("St. Kitts & Nevis", Some("kn"));
        check("European Union", None);
        check("", None);
        check("fr de", None);
    }

    #[test]
    fn every_line_of_the_tables_is_whole() {
        for line in COUNTRIES.lines() {
            let mut words = line.splitn(3, ' ');
            assert_eq!(words.next().map(str::len), Some(2), "{line}");
            assert_eq!(words.next().map(str::len), Some(3), "{line}");
            assert!(words.next().is_some_and(|names| !names.is_empty()), "{line}");
        }
        assert_eq!(COUNTRIES.lines().count(), 249);
        assert_eq!(LANGUAGES.lines().count(), 46);
    }

    #[test]
    fn a_language_is_known_by_googles_name() {
        assert_eq!(language("French"), Some("fr"));
        assert_eq!(language("Chinese (Traditional)"), Some("zh"));
        assert_eq!(language("Any Language"), None);
    }
}
