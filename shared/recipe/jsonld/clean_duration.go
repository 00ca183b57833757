package jsonld

import (
	"math"
	"strings"
)

// minutes reads a duration in minutes, rounded up: ISO 8601 and what stands in
// its place, such as "1 hour 30 minutes", "1h30", "00:45", "30–40 min" (the upper
// end) or a plain number of minutes. A text that names no time is not ok.
func minutes(s string) (int, bool) {
	s = strings.TrimSpace(s)
	if n, ok := isoMinutes(s); ok {
		return n, true
	}
	if n, ok := clockMinutes(s); ok {
		return n, true
	}
	return spelledMinutes(s)
}

func wholeMinutes(m float64) (int, bool) {
	if m < 0 || math.IsNaN(m) || m > 1e9 {
		return 0, false
	}
	return int(math.Ceil(m - 1e-6)), true
}

// isoMinutes reads P[n]Y[n]M[n]W[n]DT[n]H[n]M[n]S in any case and with spaces.
// P30M without a T means minutes: no dish takes thirty months. PT1H30 ends in
// minutes. A unit without its number, as in PTH5M, says nothing.
func isoMinutes(s string) (int, bool) {
	s = strings.ToUpper(strings.Join(strings.Fields(clip(s, 100)), ""))
	rest, ok := strings.CutPrefix(s, "P")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "T"); !ok || rest == "" || !isDigit(rune(rest[0])) {
			return 0, false
		}
		rest = "T" + rest
	}
	hasTime := strings.Contains(rest, "T")
	total, inTime, lastUnit, fields, digits := 0.0, false, byte(0), 0, 0
	for rest != "" {
		if rest[0] == 'T' {
			inTime, rest = true, rest[1:]
			continue
		}
		n := 0
		for n < len(rest) && (isDigit(rune(rest[n])) || rest[n] == '.' || rest[n] == ',') {
			n++
		}
		digits += n
		if n == 0 && strings.IndexByte("WDHMS", rest[0]) < 0 {
			return 0, false
		}
		v := decimal(rest[:n])
		unit := byte(0)
		if n < len(rest) {
			unit, rest = rest[n], rest[n+1:]
		} else {
			rest = ""
		}
		switch {
		case unit == 'H':
			v *= 60
		case unit == 'D':
			v *= 24 * 60
		case unit == 'W':
			v *= 7 * 24 * 60
		case unit == 'Y':
			v *= 365 * 24 * 60
		case unit == 'M' && !inTime && hasTime:
			v *= 30 * 24 * 60
		case unit == 'M' || unit == 0 && (lastUnit == 'H' || fields == 0):
		case unit == 'S' || unit == 0 && lastUnit == 'M':
			v /= 60
		default:
			return 0, false
		}
		total += v
		lastUnit = unit
		fields++
	}
	if digits == 0 {
		return 0, s == "P" || s == "PT"
	}
	return wholeMinutes(total)
}

// clockMinutes reads 0:45 and 01:15:00.
func clockMinutes(s string) (int, bool) {
	parts := strings.Split(clip(s, 20), ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	total, weight := 0.0, 60.0
	for _, p := range parts {
		if p == "" || len(p) > 3 || strings.Trim(p, "0123456789") != "" {
			return 0, false
		}
		total += decimal(p) * weight
		weight /= 60
	}
	return wholeMinutes(total)
}

// spelledMinutes reads numbers and units in the languages recipes are written in.
func spelledMinutes(s string) (int, bool) {
	if outside, _, ok := strings.Cut(s, "("); ok && strings.ContainsAny(outside, "0123456789") {
		s = outside
	}
	list := tokens(s)
	total, last := 0.0, 0.0 // last: what the latest number added
	lastUnit := 0.0
	ranged, found := false, false
	for i := 0; i < len(list); i++ {
		t := list[i]
		if (t.word == "an" || t.word == "a") && i+1 < len(list) && unitMinutes(list[i+1].word) >= 60 && (i == 0 || !list[i-1].isNum) {
			t = token{num: 1, isNum: true}
		}
		if t.isRange() {
			ranged = found || i > 0 && list[i-1].isNum
			continue
		}
		if !t.isNum {
			continue
		}
		if i == 1 && (list[0].sym == '-' || list[0].sym == '−') {
			return 0, false // a negative time
		}
		j := i + 1
		if j < len(list) && (list[j].sym == '.' || list[j].word == "an" || list[j].word == "a") && t.num == 0.5 {
			j++ // half an hour
		}
		unit := 0.0
		if j < len(list) {
			unit = unitMinutes(list[j].word)
		}
		switch {
		case unit > 0:
			i = j
			if strings.HasSuffix(list[j].word, "半") {
				t.num += 0.5
			}
		case j < len(list) && list[j].isRange():
			// the lower end: its unit comes with the upper one
			if j+1 < len(list) && list[j+1].isNum {
				continue
			}
			unit = 1
		case lastUnit == 60 || !found && j >= len(list):
			unit = 1
		default:
			continue
		}
		v := t.num * unit
		if ranged && found {
			total, v = max(0, total-last), max(last, v)
		}
		total, last, lastUnit, ranged, found = total+v, v, unit, false, true
	}
	if !found {
		return 0, false
	}
	return wholeMinutes(total)
}

// unitMinutes returns how many minutes the unit has, 0 when the word is no unit.
func unitMinutes(word string) float64 {
	if m := units[word]; m > 0 {
		return m
	}
	for _, u := range unitPrefixes {
		if strings.HasPrefix(word, u.prefix) {
			return u.minutes
		}
	}
	return 0
}

var units = map[string]float64{
	"s": 1. / 60, "sec": 1. / 60, "secs": 1. / 60, "sek": 1. / 60, "сек": 1. / 60, "с": 1. / 60,
	"m": 1, "mn": 1, "min": 1, "mins": 1, "mts": 1, "dk": 1, "мин": 1, "м": 1, "perc": 1, "хв": 1, "λ": 1, "λεπτά": 1,
	"h": 60, "hr": 60, "hrs": 60, "std": 60, "st": 60, "u": 60, "ч": 60, "ore": 60, "ora": 60, "uur": 60, "tim": 60, "t": 60, "godz": 60, "hod": 60, "ó": 60, "óra": 60, "ώρα": 60, "ώρες": 60, "saat": 60, "год": 60, "giờ": 60, "jam": 60, "ชั่วโมง": 60,
	"d": 1440, "day": 1440, "days": 1440, "tag": 1440, "tage": 1440, "tagen": 1440, "jour": 1440, "jours": 1440, "día": 1440, "días": 1440, "dia": 1440, "dias": 1440, "giorno": 1440, "giorni": 1440, "dag": 1440, "dagen": 1440, "dagar": 1440, "dage": 1440, "gün": 1440, "dni": 1440, "день": 1440, "дня": 1440, "дней": 1440,
	"week": 10080, "weeks": 10080, "woche": 10080, "wochen": 10080, "semaine": 10080, "semana": 10080,
}

var unitPrefixes = []struct {
	prefix  string
	minutes float64
}{
	{"second", 1. / 60},
	{"sekund", 1. / 60},
	{"segundo", 1. / 60},
	{"секунд", 1. / 60},
	{"秒", 1. / 60},
	{"초", 1. / 60},
	{"minut", 1},
	{"minút", 1},
	{"мин", 1},
	{"минут", 1},
	{"хвилин", 1},
	{"dakika", 1},
	{"perc", 1},
	{"λεπτ", 1},
	{"phút", 1},
	{"menit", 1},
	{"นาที", 1},
	{"分", 1},
	{"분", 1},
	{"דקות", 1},
	{"دقيقة", 1},
	{"دقیقه", 1},
	{"hour", 60},
	{"stunde", 60},
	{"heure", 60},
	{"hora", 60},
	{"timm", 60},
	{"time", 60},
	{"tunti", 60},
	{"tunnin", 60},
	{"godzin", 60},
	{"hodin", 60},
	{"час", 60},
	{"годин", 60},
	{"uren", 60},
	{"ώρ", 60},
	{"時間", 60},
	{"小时", 60},
	{"小時", 60},
	{"시간", 60},
	{"שע", 60},
	{"ساع", 60},
	{"日", 1440},
	{"天", 1440},
	{"일", 1440},
}
