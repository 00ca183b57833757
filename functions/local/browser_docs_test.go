package main_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// testDocs reads the page of the API, and calls the API from it with the page's session.
func (s *browserSuite) testDocs(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.store(`{ title: "Called from the docs" }`)
	v.click(`.foot [href="/docs"]`)
	v.see("#session", "You are signed in")
	v.click(`.top [href="/"]`)
	v.see("#count", "1")
	v.click(`.foot [href="/docs"]`)
	v.see("#codes", "recent_login_required")
	v.click("#operations-recipes-listRecipes .opblock-summary-control")
	v.see("#operations-recipes-listRecipes pre", "curl '"+s.url+"/recipes'")
	v.click("#operations-recipes-listRecipes .execute")
	v.see("#operations-recipes-listRecipes .live-responses-table", "Called from the docs")

	v.click("#operations-recipes-createRecipe .opblock-summary-control")
	v.see("#operations-recipes-createRecipe pre", `-d '{"title":"Lemon risotto"}'`)
	v.click("#operations-recipes-createRecipe .execute")
	v.see("#operations-recipes-createRecipe .live-responses-table .response-col_status", "201")
	v.do("resize", chromedp.EmulateViewport(390, 844))
	v.wait(`document.documentElement.scrollWidth <= innerWidth`)
}
