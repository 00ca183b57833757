package page_test

import (
	"image/color"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestContrast computes the contrast of the colours that lie upon each other, in the light
// and in the dark (WCAG 2.2: 1.4.3 asks 4.5 for text, 1.4.11 asks 3 for controls).
func TestContrast(t *testing.T) {
	light, dark, ok := strings.Cut(get(t, "/page/style.css"), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("base.css has no dark colours")
	}
	dark, _, _ = strings.Cut(dark, "\n}\n")
	const text, control = 4.5, 3
	for scheme, sheet := range map[string]string{"light": light, "dark": dark} {
		colours := coloursOf(t, sheet)
		for _, pair := range []struct {
			front, back string
			least       float64
		}{
			{"ink", "page", text},
			{"ink", "surface", text},
			{"ink", "sunken", text},
			{"soft", "page", text},
			{"soft", "surface", text},
			{"soft", "sunken", text},
			{"brand", "page", text},
			{"brand", "surface", text},
			{"brand-deep", "surface", text},
			{"on-brand", "brand", text},
			{"on-brand", "brand-deep", text},
			{"leaf", "leaf-wash", text},
			{"ink", "leaf-wash", text},
			{"bad", "surface", text},
			{"bad", "page", text},
			{"bad", "bad-wash", text},
			{"ink", "bad-wash", text},
			{"soft", "bad-wash", text},
			{"page", "ink", text},
			{"warn", "warn-wash", text},
			{"warn", "surface", text},
			{"ink", "warn-wash", text},
			{"leaf", "surface", text},
			{"page", "leaf", text},
			{"brand", "sunken", text},
			{"edge", "page", control},
			{"edge", "surface", control},
			{"edge", "sunken", control},
			{"star", "surface", control},
			{"star", "sunken", control},
			{"focus", "page", control},
			{"focus", "surface", control},
			{"focus", "sunken", control},
			{"leaf", "line", control},
		} {
			if colours[pair.front].A == 0 || colours[pair.back].A == 0 {
				t.Fatalf("%s: %s or %s is no colour of the page", scheme, pair.front, pair.back)
			}
			if got := contrast(colours[pair.front], colours[pair.back]); got < pair.least {
				t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", scheme, pair.front, pair.back, got, pair.least)
			}
		}
	}
}

func TestTileContrast(t *testing.T) {
	tiles := regexp.MustCompile(`--wash: (#[0-9a-f]{6}); --mark: (#[0-9a-f]{6})`).FindAllStringSubmatch(get(t, "/page/style.css"), -1)
	if len(tiles) != 6 {
		t.Fatalf("found %d colours of tiles, want 6", len(tiles))
	}
	for _, tile := range tiles {
		if got := contrast(parseColour(t, tile[1]), parseColour(t, tile[2])); got < 4.5 {
			t.Errorf("%s on %s has a contrast of %.2f, want 4.5", tile[2], tile[1], got)
		}
	}
}

func coloursOf(t *testing.T, sheet string) map[string]color.RGBA {
	t.Helper()
	colours := map[string]color.RGBA{}
	for _, match := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(sheet, -1) {
		colours[match[1]] = parseColour(t, match[2])
	}
	if len(colours) < 15 {
		t.Fatalf("found only %d colours", len(colours))
	}
	return colours
}

func parseColour(t *testing.T, hex string) color.RGBA {
	t.Helper()
	n, err := strconv.ParseUint(hex[1:], 16, 32)
	if err != nil {
		t.Fatalf("read colour %s: %v", hex, err)
	}
	return color.RGBA{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n), A: 255} //nolint:gosec // three bytes
}

// contrast is WCAG's ratio of relative luminances.
func contrast(a, b color.RGBA) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(c color.RGBA) float64 {
	channel := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(c.R) + 0.7152*channel(c.G) + 0.0722*channel(c.B)
}
