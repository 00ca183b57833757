package costs_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// The list prices and limits that are known; sources and date are in the text.
const (
	upstashFree     = 500_000 // commands a month
	upstashPrice    = 0.20    // dollars
	upstashPer      = 100_000 // commands for that
	connectionLimit = 1_000   // the smallest of Upstash's limits
	poolSize        = 10      // connections of an instance at most (shared/session)
	idleConnections = 2       // and when it has nothing to do
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
	peak      = 10.0 // times the average
	seconds   = 0.1  // a request, cold starts left out
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
	s.WriteString("| requests a month | Redis commands | Upstash, pay as you go | Firebase requests | Firestore reads | writes | deletes | busy instance-seconds at concurrency 1 |\n|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, n := range months {
		per := n / 100
		commands := per * hundred.commands()
		fmt.Fprintf(s, "| %s | %s | $%s | %s | %s | %s | %s | %s |\n", thousands(n), thousands(commands), dollars(upstash(commands)),
			thousands(per*(hundred.lookups+hundred.others)), thousands(per*hundred.reads), thousands(per*hundred.writes),
			thousands(per*hundred.deletes), thousands(int(float64(n)*seconds)))
	}
	s.WriteString(google)
}

// upstash is the month's bill in dollars.
func upstash(commands int) float64 {
	return math.Max(0, float64(commands-upstashFree)) / upstashPer * upstashPrice
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
			most := instances * min(concurrency, poolSize)
			fmt.Fprintf(s, "| %s | %.3g / %.3g | %d | %d | %d | %d | %.1f %% |\n", thousands(n), average, average*peak,
				concurrency, instances, most, instances*min(concurrency, idleConnections), 100*float64(most)/connectionLimit)
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
	whole := int(d)
	return thousands(whole) + fmt.Sprintf("%.2f", d-float64(whole))[1:]
}

func TestUpstashBill(t *testing.T) {
	for commands, want := range map[int]string{0: "0.00", 500_000: "0.00", 600_000: "0.20", 1_500_000: "2.00", 1_000_500_000: "2,000.00"} {
		if got := dollars(upstash(commands)); got != want {
			t.Errorf("%d commands cost $%s, want $%s", commands, got, want)
		}
	}
}
