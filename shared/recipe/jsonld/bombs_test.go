package jsonld_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"pantry.example/shared/recipe/jsonld"
)

// bombs returns documents of about size bytes that were, or could be, expensive to read.
func bombs(size int) map[string]string {
	fill := func(head, piece, tail string) string {
		return head + strings.Repeat(piece, max(1, (size-len(head)-len(tail))/len(piece))) + tail
	}
	half := func(piece string) string { return strings.Repeat(piece, size/2/len(piece)) }
	keys := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"k%d":1,`, i)
		}
		return b.String()
	}
	recipe := `{"@type":"Recipe","name":"x",`
	return map[string]string{
		"one long key for many ingredients": recipe + `"recipeIngredient` + strings.Repeat(" ", size-12_500) + `":[` + strings.Repeat(`"a",`, 2_500) + `"a"]}`,
		"many properties on one element":    `<div itemscope itemtype="https://schema.org/Recipe"><b itemprop=name>x</b><div itemprop="` + strings.Repeat("recipeIngredient ", 500) + manyProps(500) + `">` + half("text <br>") + `</div></div>`,
		"many elements around one text":     fill(`<div itemscope itemtype="https://schema.org/Recipe"><b itemprop=name>x</b>`+strings.Repeat("<div itemprop=description>", 390), "text ", ""),
		"items around one text":             fill(`<div itemscope itemtype="https://schema.org/Recipe"><b itemprop=name>x</b>`+strings.Repeat("<div itemprop=recipeInstructions itemscope>", 390), "text ", ""),
		"properties outside of any item":    fill(`<div itemscope itemtype="https://schema.org/Recipe"><b itemprop=name>x</b></div>`, "<p itemprop=ingredients>a", ""),
		"a list that is an object":          recipe + `"recipeIngredient":{` + fill("", `"1":"a",`, "") + `"2":"b"}}`,
		"programs with types":               fill("<html>", `<script>{{{"@type":"Recipe"</script>`, ""),
		"a program with many types":         "<html><script>" + fill("", `({"@type":"Recipe",{[`, "</script>"),
		"labels of steps":                   fill(recipe+`"recipeInstructions":"Step 1 `, "step ", `"}`),
		"references to one large object":    `[` + `{"@id":"x",` + keys(size/24) + `"b":1}` + half(`,{"@id":"x"}`) + `]`,
		"recipes merged into a large one":   `[{"@type":"Recipe","name":"x","@id":"x",` + keys(size/24) + `"b":1}` + half(`,{"@type":"Recipe","@id":"x","b":1}`) + `]`,
		"ingredients that are one object":   `[{"@id":"x",` + keys(size/24) + `"name":"egg"},` + recipe + `"recipeIngredient":[{}` + half(`,{"@id":"x"}`) + `]}]`,
		"references to one long text":       `[{"@id":"x","text":"` + half("long ") + `"},` + recipe + `"recipeIngredient":[""` + half(`,{"@id":"x"}`) + `]}]`,
		"steps that are one long text":      `[{"@id":"x","text":"` + half("<b>&amp;") + `"},` + recipe + `"recipeInstructions":[""` + half(`,{"@id":"x"}`) + `]}]`,
		"tags that are one long text":       `[{"@id":"x","name":"` + half("a,") + `"},` + recipe + `"keywords":[""` + half(`,{"@id":"x"}`) + `]}]`,
		"references to nothing":             `[{"@id":"x"},` + recipe + `"recipeIngredient":[` + half(`{"@id":"x"},`) + `""]}]`,
		"references to one long list":       `[{"@id":"x","itemListElement":[` + half(`{},`) + `"a"]},` + recipe + `"recipeIngredient":[""` + half(`,{"@id":"x"}`) + `]}]`,
		"references to one list of texts":   `[{"@id":"x","itemListElement":[` + half(`"a",`) + `"a"]},` + recipe + `"recipeIngredient":[""` + half(`,{"@id":"x"}`) + `]}]`,
		"references that double":            bomb(size),
		"recipes that share one step":       `[{"@id":"x","text":"` + strings.Repeat("step ", size/8) + `"}` + strings.Repeat(`,{"@type":"Recipe","name":"x","recipeInstructions":{"@id":"x"}}`, 100) + `]`,
		"graphs in graphs":                  strings.Repeat(`{"@graph":[`, size/24) + recipe + `"a":1}` + strings.Repeat(`]}`, size/24),
		"lists in lists":                    recipe + `"recipeIngredient":` + fill(strings.Repeat("[", 60), `["a"],`, `""]`+strings.Repeat("]", 60)+"}"),
		"a number of a million digits":      fill(recipe+`"recipeYield":`, "9", `,"prepTime":"PT5M"}`),
		"a duration of a million digits":    fill(recipe+`"recipeYield":"4","prepTime":"PT`, "9", `M"}`),
		"a long type":                       fill(`[{"@type":"`, "Recipe ", `","name":"x"}]`),
		"many script blocks":                fill("<html>", `<script type=application/ld+json>{}</script>`, ""),
		"many metas":                        fill(`<html><title>x</title>`, `<meta property=og:title content="x y">`, ""),
		"many metas of JSON":                fill(`<html>`, `<meta name=application/ld+json content="{}">`, ""),
		"many attributes":                   fill(`<html itemscope><a `, "a ", ">"),
		"one long attribute":                fill(`<html itemscope><a itemprop="`, "a ", `">`),
		"items with two names":              fill(`<html itemscope>`, `<i itemscope itemprop="a b">`, ""),
		"a long itemtype":                   `<div itemscope itemtype="` + half("a ") + `">` + half("<b class=x>"),
		"a long class of many elements":     `<div itemscope itemtype=Recipe class="` + half("a ") + `">` + half("<b class=x></b>"),
		"properties inside properties":      `<div itemscope itemtype=Recipe>` + strings.Repeat("<b itemprop=x>", 390) + half("<i itemprop=x>a</i>"),
		"open elements and end tags":        strings.Repeat("<b itemscope>", 390) + fill("", "</c>", ""),
		"open elements and list items":      strings.Repeat("<b itemscope>", 390) + fill("", "<li>", ""),
		"entities in entities":              fill(recipe+`"description":"`, "&amp;amp;amp;lt;", `"}`),
		"a value of tags":                   fill(recipe+`"recipeInstructions":"`, "<b></b>", `"}`),
		"ingredients of tags":               fill(recipe+`"recipeIngredient":[`, `"<b>a",`, `""]}`),
		"steps of tags":                     fill(recipe+`"recipeInstructions":[`, `{"text":"<b>a"},`, `{}]}`),
		"numbers like steps":                fill(recipe+`"recipeInstructions":"`, "1. ", `"}`),
		"glued sentences":                   fill(recipe+`"recipeInstructions":"`, "abc.Abc", `"}`),
		"doubled parentheses":               fill(recipe+`"recipeIngredient":["`, "((", `"]}`),
		"misread UTF-8":                     fill(recipe+`"description":"`, "Ã©", `"}`),
		"images":                            fill(recipe+`"image":[`, `"//a.b/c",`, `""]}`),
		"one long address many times":       `[{"@id":"x","url":"http://a/` + half("%41") + `"},` + recipe + `"image":[""` + half(`,{"@id":"x"}`) + `]}]`,
		"UTF-16":                            "\xff\xfe" + strings.Repeat("\xAC\x20", size/2),
		"windows-1252":                      `<meta charset=windows-1252><script type=application/ld+json>{"@type":"Recipe","name":"` + strings.Repeat("\x80", size) + `"}`,
		"ISO-2022-JP":                       `<meta charset=iso-2022-jp>` + strings.Repeat("\x1b$B\x1b(B", size/6),
		"combining marks":                   fill(recipe+`"description":"`, "a\u0301\u0327\u0345", `"}`),
		"compatibility forms":               fill(recipe+`"recipeYield":["`, "\uFDFA", `"]}`),
		"empty objects":                     fill("[", "{},", "]"),
		"numbers":                           fill("[", "0,", "0]"),
		"quotes":                            fill(recipe+`"description":"`, `",a`, `"}`),
	}
}

func manyProps(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "p%d ", i)
	}
	return b.String()
}

// Reading takes memory in proportion to the size of the document. The limit is the budget, and
// room for the pools that the race detector empties. Each of these documents once took many
// times as much, or would without the bound that it tests.
func TestBombsCostNoMoreThanTheirSize(t *testing.T) {
	for name, doc := range bombs(256 << 10) {
		var err error
		got := allocated(func() { err = readAny(context.Background(), doc) })
		if limit := uint64(24*len(doc) + 48<<20); got > limit {
			t.Errorf("%s: reading %d KiB allocated %d MiB, want at most %d (%v)", name, len(doc)>>10, got>>20, limit>>20, err)
		}
	}
}

// A document that refers to one object too often, or that has too many values, is refused. The
// error says what to do.
func TestTooComplex(t *testing.T) {
	all := bombs(256 << 10)
	for _, name := range []string{"references to one long list", "recipes that share one step", "open elements and end tags"} {
		if err := readAny(context.Background(), all[name]); !errors.Is(err, jsonld.ErrTooComplex) || !strings.Contains(err.Error(), "send fewer recipes") {
			t.Errorf("%s: got %v, want ErrTooComplex", name, err)
		}
	}
}

// Pages as sites publish them are far from the limits.
func TestPagesStayFarBelowTheBudget(t *testing.T) {
	for file, body := range pages(t) {
		if steps, bytes, _ := jsonld.Cost(body, strings.HasSuffix(file, ".html")); steps > 0.25 || bytes > 0.25 {
			t.Errorf("%s: costs %.2f of the steps and %.2f of the bytes", file, steps, bytes)
		}
	}
}

func readAny(ctx context.Context, doc string) error {
	var err error
	if strings.HasPrefix(doc, "<") {
		_, err = jsonld.ParseHTML(ctx, []byte(doc))
	} else {
		_, err = jsonld.Parse(ctx, []byte(doc))
	}
	return err
}

// allocated returns how many bytes f allocates in all, which is more than it ever
// holds at a time.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A context that ends stops the parser in the middle of its work.
func TestContextStopsTheParser(t *testing.T) {
	cause := errors.New("the caller has gone")
	for name, doc := range map[string]string{
		"JSON":      `{"@type":"Recipe","name":"x","recipeIngredient":[` + strings.Repeat(`"a",`, 100_000) + `"a"]}`,
		"page":      "<html>" + strings.Repeat("<p>text</p>", 100_000),
		"microdata": "<html itemscope>" + strings.Repeat("<p>text</p>", 100_000),
	} {
		ctx := &endingContext{Context: context.Background(), after: 3, err: cause}
		if err := readAny(ctx, doc); !errors.Is(err, cause) {
			t.Errorf("%s: got %v, want the context's error", name, err)
		}
	}
}

// endingContext ends after its error was asked for some times.
type endingContext struct {
	context.Context
	after int
	err   error
}

func (c *endingContext) Err() error {
	if c.after--; c.after >= 0 {
		return nil
	}
	return c.err
}

// Many large documents at once would fill an instance's memory.
func TestOneDocumentIsReadAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := []byte(`{"@type":"Recipe","name":"` + strings.Repeat("a", 1<<16) + `"}`)
		var second atomic.Int64 // how often the second document's reader looked at its context
		ended := make(chan error, 1)
		var begin sync.Once
		first := asked{t.Context(), func() {
			begin.Do(func() {
				go func() {
					_, err := jsonld.Parse(asked{t.Context(), func() { second.Add(1) }}, body)
					ended <- err
				}()
				synctest.Wait()
				if n := second.Load(); n > 0 {
					t.Error("a second document is read before the first one is done")
				}
			})
		}}
		if _, err := jsonld.Parse(first, body); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil || second.Load() == 0 {
			t.Errorf("the second document was not read afterwards: %v", err)
		}
	})
}

// asked is a context that tells a test when its error is read.
type asked struct {
	context.Context
	tell func()
}

func (a asked) Err() error {
	a.tell()
	return a.Context.Err()
}
