//! The public holidays of each country, by its law.

use chrono::Weekday;

use crate::calendar::Country;
use crate::calendar::Moved::{Nearest, NextMonday, NotSunday, SundayToMonday, TwoDays};
use crate::calendar::Rule::{Easter, Fixed, Last, MondayOrFridayTheFirst, Nth, OnOrBefore};
use crate::calendar::{Holiday, on};

/// The laws: Code du travail L3133-1 (FR); arrêté royal of 18 April 1974 (BE); Code du travail L232-2 (LU);
/// Feiertagsgesetze of the Länder and the Einigungsvertrag (DE); Feiertagsruhegesetz (AT); Estatuto de los Trabajadores 37
/// (ES); legge 260/1949 and 151/2025 (IT); Código do Trabalho 234 (PT); Algemene termijnenwet 3 (NL); 5 U.S.C. 6103 (US);
/// Canada Labour Code 166; Banking and Financial Dealings Act 1971 (GB); Organisation of Working Time Act 1997 (IE).
pub(crate) fn holidays(country: Country) -> &'static [Holiday] {
    match country {
        Country::Austria => AUSTRIA,
        Country::Belgium => BELGIUM,
        Country::Canada => CANADA,
        Country::France => FRANCE,
        Country::Germany => GERMANY,
        Country::Ireland => IRELAND,
        Country::Italy => ITALY,
        Country::Luxembourg => LUXEMBOURG,
        Country::Netherlands => NETHERLANDS,
        Country::Portugal => PORTUGAL,
        Country::Spain => SPAIN,
        Country::Switzerland => SWITZERLAND,
        Country::UnitedKingdom => UNITED_KINGDOM,
        Country::UnitedStates => UNITED_STATES,
    }
}

const NEW_YEAR: Holiday = on("New Year's Day", Fixed(1, 1));
const EPIPHANY: Holiday = on("Epiphany", Fixed(1, 6));
const GOOD_FRIDAY: Holiday = on("Good Friday", Easter(-2));
const EASTER: Holiday = on("Easter", Easter(0));
const EASTER_MONDAY: Holiday = on("Easter Monday", Easter(1));
const ASCENSION: Holiday = on("Ascension", Easter(39));
const WHIT_MONDAY: Holiday = on("Whit Monday", Easter(50));
const CORPUS_CHRISTI: Holiday = on("Corpus Christi", Easter(60));
const LABOUR: Holiday = on("Labour Day", Fixed(5, 1));
const ASSUMPTION: Holiday = on("Assumption", Fixed(8, 15));
const ALL_SAINTS: Holiday = on("All Saints", Fixed(11, 1));
const ARMISTICE: Holiday = on("Armistice", Fixed(11, 11));
const CONCEPTION: Holiday = on("Immaculate Conception", Fixed(12, 8));
const CHRISTMAS: Holiday = on("Christmas", Fixed(12, 25));
const SAINT_STEPHEN: Holiday = on("Saint Stephen's Day", Fixed(12, 26));

const AUSTRIA: &[Holiday] = &[
    NEW_YEAR,
    EPIPHANY,
    EASTER_MONDAY,
    LABOUR,
    ASCENSION,
    WHIT_MONDAY,
    CORPUS_CHRISTI,
    ASSUMPTION,
    on("National Day", Fixed(10, 26)),
    ALL_SAINTS,
    CONCEPTION,
    CHRISTMAS,
    SAINT_STEPHEN,
];

const BELGIUM: &[Holiday] = &[
    NEW_YEAR,
    EASTER_MONDAY,
    LABOUR,
    ASCENSION,
    WHIT_MONDAY,
    on("National Day", Fixed(7, 21)),
    ASSUMPTION,
    ALL_SAINTS,
    ARMISTICE,
    CHRISTMAS,
];

const FRANCE: &[Holiday] = &[
    NEW_YEAR,
    EASTER_MONDAY,
    LABOUR,
    on("Victory 1945", Fixed(5, 8)),
    ASCENSION,
    WHIT_MONDAY,
    on("National Day", Fixed(7, 14)),
    ASSUMPTION,
    ALL_SAINTS,
    ARMISTICE,
    CHRISTMAS,
];

const GERMANY: &[Holiday] = &[
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER_MONDAY,
    LABOUR,
    ASCENSION,
    WHIT_MONDAY,
    on("German Unity", Fixed(10, 3)).since(1990),
    CHRISTMAS,
    SAINT_STEPHEN,
];

const ITALY: &[Holiday] = &[
    NEW_YEAR,
    EPIPHANY,
    EASTER,
    EASTER_MONDAY,
    on("Liberation", Fixed(4, 25)),
    LABOUR,
    on("Republic Day", Fixed(6, 2)),
    ASSUMPTION,
    on("Saint Francis", Fixed(10, 4)).since(2026),
    ALL_SAINTS,
    CONCEPTION,
    CHRISTMAS,
    SAINT_STEPHEN,
];

const LUXEMBOURG: &[Holiday] = &[
    NEW_YEAR,
    EASTER_MONDAY,
    LABOUR,
    on("Europe Day", Fixed(5, 9)).since(2019),
    ASCENSION,
    WHIT_MONDAY,
    on("National Day", Fixed(6, 23)),
    ASSUMPTION,
    ALL_SAINTS,
    CHRISTMAS,
    SAINT_STEPHEN,
];

const NETHERLANDS: &[Holiday] = &[
    NEW_YEAR,
    EASTER,
    EASTER_MONDAY,
    on("King's Day", Fixed(4, 27)).moved(NotSunday).since(2014),
    ASCENSION,
    WHIT_MONDAY,
    CHRISTMAS,
    SAINT_STEPHEN,
];

const PORTUGAL: &[Holiday] = &[
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER,
    on("Freedom Day", Fixed(4, 25)),
    LABOUR,
    CORPUS_CHRISTI,
    on("Portugal Day", Fixed(6, 10)),
    ASSUMPTION,
    on("Republic Day", Fixed(10, 5)),
    ALL_SAINTS,
    on("Independence", Fixed(12, 1)),
    CONCEPTION,
    CHRISTMAS,
];

const SPAIN: &[Holiday] = &[
    NEW_YEAR,
    EPIPHANY,
    GOOD_FRIDAY,
    LABOUR,
    ASSUMPTION,
    on("National Day", Fixed(10, 12)),
    ALL_SAINTS,
    on("Constitution", Fixed(12, 6)),
    CONCEPTION,
    CHRISTMAS,
];

const SWITZERLAND: &[Holiday] = &[
    NEW_YEAR,
    GOOD_FRIDAY,
    EASTER_MONDAY,
    ASCENSION,
    WHIT_MONDAY,
    on("National Day", Fixed(8, 1)).since(1994),
    CHRISTMAS,
    SAINT_STEPHEN,
];

const CANADA: &[Holiday] = &[
    NEW_YEAR.moved(NextMonday),
    GOOD_FRIDAY,
    on("Victoria Day", OnOrBefore(5, 24, Weekday::Mon)),
    on("Canada Day", Fixed(7, 1)).moved(SundayToMonday),
    on("Labour Day", Nth(9, Weekday::Mon, 1)),
    on("Truth and Reconciliation", Fixed(9, 30)).since(2021),
    on("Thanksgiving", Nth(10, Weekday::Mon, 2)),
    on("Remembrance Day", Fixed(11, 11)),
    CHRISTMAS.moved(TwoDays),
    on("Boxing Day", Fixed(12, 26)).moved(TwoDays),
];

const IRELAND: &[Holiday] = &[
    NEW_YEAR,
    on("Saint Brigid's Day", MondayOrFridayTheFirst(2)).since(2023),
    on("Saint Patrick's Day", Fixed(3, 17)),
    EASTER_MONDAY,
    on("May Day", Nth(5, Weekday::Mon, 1)),
    on("June Holiday", Nth(6, Weekday::Mon, 1)),
    on("August Holiday", Nth(8, Weekday::Mon, 1)),
    on("October Holiday", Last(10, Weekday::Mon)),
    CHRISTMAS,
    SAINT_STEPHEN,
];

const UNITED_KINGDOM: &[Holiday] = &[
    NEW_YEAR.moved(NextMonday),
    GOOD_FRIDAY,
    EASTER_MONDAY,
    on("Early May Bank Holiday", Nth(5, Weekday::Mon, 1)),
    on("Spring Bank Holiday", Last(5, Weekday::Mon)),
    on("Summer Bank Holiday", Last(8, Weekday::Mon)),
    CHRISTMAS.moved(TwoDays),
    on("Boxing Day", Fixed(12, 26)).moved(TwoDays),
];

const UNITED_STATES: &[Holiday] = &[
    NEW_YEAR.moved(Nearest),
    on("Martin Luther King Day", Nth(1, Weekday::Mon, 3)),
    on("Washington's Birthday", Nth(2, Weekday::Mon, 3)),
    on("Memorial Day", Last(5, Weekday::Mon)),
    on("Juneteenth", Fixed(6, 19)).moved(Nearest).since(2021),
    on("Independence Day", Fixed(7, 4)).moved(Nearest),
    on("Labor Day", Nth(9, Weekday::Mon, 1)),
    on("Columbus Day", Nth(10, Weekday::Mon, 2)),
    on("Veterans Day", Fixed(11, 11)).moved(Nearest),
    on("Thanksgiving", Nth(11, Weekday::Thu, 4)),
    CHRISTMAS.moved(Nearest),
];
