package costs_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// Upstash's list prices and limits. The text has their date.
const (
	commandPrice    = 0.20    // dollars for
	commandsPer     = 100_000 // so many commands
	gigabytePrice   = 0.03    // dollars for each GB above
	freeGigabytes   = 200     // a month
	freePlan        = 500_000 // commands a month in the free plan
	connectionLimit = 1_000   // the smallest of the limits
	poolSize        = 10      // connections for sign-ins of an instance at most (shared/session)
)

// mix is 100 requests of people who use the page: most look, few write.
var mix = []struct {
	share int
	row   string
}{
	{1, rowSignIn},
	{1, rowSignOut},
	{20, rowCheck},
	{6, rowRecheck},
	{28, rowList},
	{6, rowTouch},
	{4, rowSearch},
	{18, rowGet},
	{6, rowCreate},
	{8, rowPatch},
	{2, rowTrash},
}

// What is assumed of traffic.
const (
	peak      = 10.0  // times the average
	seconds   = 0.1   // a request, as Google rounds it up; cold starts left out
	traffic   = 2_000 // bytes between an instance and Redis a request
	monthDays = 30
)

func document(t *testing.T, rows []row) string {
	t.Helper()
	var s strings.Builder
	s.WriteString(head)
	byName := map[string]row{}
	for _, r := range rows {
		byName[r.name] = r
		redis := fmt.Sprint(r.sent)
		if r.inside > 0 {
			redis += fmt.Sprintf(" + %d", r.inside)
		}
		fmt.Fprintf(&s, "| %s | %s | %d | %d | %d | %d | %d | %d |\n", r.name, redis, r.commands(), r.lookups, r.others, r.reads, r.writes, r.deletes)
	}
	s.WriteString(notes)
	hundred := row{}
	shares := 0
	s.WriteString("\n| of 100 requests | call |\n|--:|---|\n")
	for _, m := range mix {
		r, ok := byName[m.row]
		if !ok {
			t.Fatalf("the mix names %q, which was not measured", m.row)
		}
		shares += m.share
		hundred.sent += m.share * r.sent
		hundred.inside += m.share * r.inside
		hundred.lookups += m.share * r.lookups
		hundred.others += m.share * r.others
		hundred.reads += m.share * r.reads
		hundred.writes += m.share * r.writes
		hundred.deletes += m.share * r.deletes
		fmt.Fprintf(&s, "| %d | %s |\n", m.share, m.row)
	}
	if shares != 100 {
		t.Fatalf("the mix has %d requests, want 100", shares)
	}
	bill(&s, hundred)
	sizes(&s)
	s.WriteString(advice)
	return s.String()
}

var months = []int{10_000, 1_000_000, 100_000_000}

func bill(s *strings.Builder, hundred row) {
	fmt.Fprintf(s, "\n100 such requests are %d Redis commands as Upstash bills them, %d requests to Firebase, %d reads, %d writes and %d deletes in Firestore.\n\n",
		hundred.commands(), hundred.lookups+hundred.others, hundred.reads, hundred.writes, hundred.deletes)
	s.WriteString("| requests a month | Redis commands | GB to and from Redis | Upstash, pay as you go | Firebase requests | Firestore reads | writes | deletes | busy instance-seconds at concurrency 1 |\n|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, n := range months {
		per := n / 100
		commands := per * hundred.commands()
		gigabytes := float64(n) * traffic / 1e9
		fmt.Fprintf(s, "| %s | %s | %.3g | $%s | %s | %s | %s | %s | %s |\n", thousands(n), thousands(commands), gigabytes, dollars(upstash(commands, gigabytes)),
			thousands(per*(hundred.lookups+hundred.others)), thousands(per*hundred.reads), thousands(per*hundred.writes),
			thousands(per*hundred.deletes), thousands(int(float64(n)*seconds)))
	}
	fmt.Fprintf(s, google, thousands(freePlan*100/hundred.commands()/1_000*1_000))
}

// upstash is the month's bill in dollars, pay as you go.
func upstash(commands int, gigabytes float64) float64 {
	return float64(commands)/commandsPer*commandPrice + max(0, gigabytes-freeGigabytes)*gigabytePrice
}

// sizes says how many instances and connections each size needs.
func sizes(s *strings.Builder) {
	s.WriteString(sizesHead)
	for _, n := range months {
		average := float64(n) / (monthDays * 86_400)
		busy := average * peak * seconds
		for _, concurrency := range []int{1, 20} {
			// Each of the three functions has at least one instance.
			instances := max(3, int(math.Ceil(busy/float64(concurrency))))
			most := instances * (1 + min(concurrency, poolSize))
			fmt.Fprintf(s, "| %s | %.3g / %.3g | %d | %d | %d | %.1f %% |\n", thousands(n), average, average*peak,
				concurrency, instances, most, 100*float64(most)/connectionLimit)
		}
	}
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func dollars(d float64) string {
	cents := int(math.Round(d * 100))
	return fmt.Sprintf("%s.%02d", thousands(cents/100), cents%100)
}

func TestUpstashBill(t *testing.T) {
	for _, month := range []struct {
		commands  int
		gigabytes float64
		want      string
	}{
		{0, 0, "0.00"},
		{500_000, 1, "1.00"},
		{1_460_000, 3, "2.92"},
		{140_000_000, 200, "280.00"},
		{140_000_000, 300, "283.00"},
		{1_000_000_000, 0, "2,000.00"},
	} {
		if got := dollars(upstash(month.commands, month.gigabytes)); got != month.want {
			t.Errorf("%d commands and %g GB cost $%s, want $%s", month.commands, month.gigabytes, got, month.want)
		}
	}
}
