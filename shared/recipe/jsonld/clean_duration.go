package jsonld

import (
	"math"
	"strings"
)

// minutes returns a duration in minutes, rounded up. It reads ISO 8601, and what sites write
// in its place: "1 hour 30 minutes", "1h30", "00:45", "30–40 min" (the upper end), or a
// number of minutes. ok is false when the text has no time.
func minutes(s string) (n int, ok bool) {
	s = strings.TrimSpace(s)
	for _, read := range []func(string) (int, bool){isoMinutes, clockMinutes, spelledMinutes} {
		if n, ok = read(s); ok {
			return n, true
		}
	}
	return 0, false
}

func wholeMinutes(m float64) (int, bool) {
	if m < 0 || math.IsNaN(m) || m > 1e9 {
		return 0, false
	}
	return int(math.Ceil(m - 1e-6)), true
}

// isoMinutes reads P[n]Y[n]M[n]W[n]DT[n]H[n]M[n]S in any case, with spaces, and without the
// P or the T. P30M is 30 minutes, because no dish takes 30 months. PT1H30 is 90 minutes. It
// ignores a unit without a number, as in PTH5M.
func isoMinutes(s string) (int, bool) {
	s = strings.ToUpper(strings.Join(strings.Fields(clip(s, 100)), ""))
	if len(s) > 1 && s[0] == 'T' && isDigit(rune(s[1])) {
		s = "P" + s
	}
	parts := isoDuration().FindStringSubmatch(s)
	if parts == nil {
		return 0, false
	}
	if !strings.ContainsAny(s, "0123456789") {
		return 0, s == "P" || s == "PT"
	}
	total := 0.0
	for i, unit := range []float64{365 * 24 * 60, 30 * 24 * 60, 7 * 24 * 60, 24 * 60, 60, 1, 1. / 60} {
		if i == 1 && !strings.Contains(s, "T") || i == 6 && !strings.HasSuffix(s, "S") && parts[6] == "" {
			unit = 1
		}
		total += decimal(parts[i+1]) * unit
	}
	return wholeMinutes(total)
}

var isoDuration = pattern(`^P(?:([\d.,]*)Y)?(?:([\d.,]*)M)?(?:([\d.,]*)W)?(?:([\d.,]*)D)?T?(?:([\d.,]*)H)?(?:([\d.,]*)M)?(?:([\d.,]*)S?)?$`)

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

// spelledMinutes reads numbers with units in many languages.
func spelledMinutes(s string) (int, bool) {
	if outside, _, ok := strings.Cut(s, "("); ok && strings.ContainsAny(outside, "0123456789") {
		s = outside
	}
	list := tokens(s)
	total := 0.0
	last, lastUnit := 0.0, 0.0 // the minutes and the unit of the previous number
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
		unit, j := unitAfter(list, i)
		switch {
		case unit > 0:
			i = j
			if strings.HasSuffix(list[j].word, "半") {
				t.num += 0.5
			}
		case j < len(list) && list[j].isRange():
			if j+1 < len(list) && list[j+1].isNum {
				continue // the lower end: its unit follows the upper end
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

// unitAfter returns the minutes of the unit after the number list[i], 0 when there is none,
// and the index of the token that it looked at.
func unitAfter(list []token, i int) (unit float64, at int) {
	at = i + 1
	if at < len(list) && (list[at].sym == '.' || list[at].word == "an" || list[at].word == "a") && list[i].num == 0.5 {
		at++ // half an hour
	}
	if at < len(list) {
		unit = unitMinutes(list[at].word)
	}
	return unit, at
}

// units are the minutes of whole words, unitPrefixes those of the beginnings of words.
var (
	units = wordTable(map[float64]string{
		1. / 60: "s sec secs sek сек с",
		1:       "m mn min mins mts dk мин м perc хв λ λεπτά",
		60:      "h hr hrs std st u ч ore ora uur tim t godz hod ó óra ώρα ώρες saat год giờ jam ชั่วโมง",
		1440:    "d day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen dagar dage gün dni день дня дней",
		10080:   "week weeks woche wochen semaine semana",
	})
	unitPrefixes = wordTable(map[float64]string{
		1. / 60: "second sekund segundo секунд 秒 초",
		1:       "minut minút мин минут хвилин dakika perc λεπτ phút menit นาที 分 분 דקות دقيقة دقیقه",
		60:      "hour stunde heure hora timm time tunti tunnin godzin hodin час годин uren ώρ 時間 小时 小時 시간 שע ساع",
		1440:    "日 天 일",
	})
)

// unitMinutes returns how many minutes the unit has, 0 when the word is no unit.
func unitMinutes(word string) float64 {
	if m := units[word]; m > 0 || word == "" {
		return m
	}
	for prefix, m := range unitPrefixes {
		if strings.HasPrefix(word, prefix) {
			return m
		}
	}
	return 0
}
