package main

import "pantry.example/shared/recipe"

// samples are the recipes of the demo account. There are eight, because eight fill all rows of
// a list with one, two or four columns.
func samples() []recipe.Recipe {
	return []recipe.Recipe{
		{
			Title: "Tomato soup", Rating: 4, Made: true, Servings: 4, PrepMinutes: 10, CookMinutes: 30,
			Description: "A soup for the end of summer.",
			Ingredients: []string{"1 kg ripe tomatoes", "1 onion", "2 cloves of garlic", "500 ml vegetable stock", "2 tbsp olive oil", "basil"},
			Steps:       []string{"Soften the onion and the garlic in the oil.", "Add the tomatoes and the stock and simmer for 25 minutes.", "Blend, season, and serve with the basil."},
			Tags:        []string{"soup", "vegetarian"},
		},
		{
			Title: "Crêpes", Rating: 5, Made: true, Favorite: true, Servings: 4, PrepMinutes: 10, CookMinutes: 20,
			Description: "Thin pancakes, sweet or savoury.",
			Ingredients: []string{"250 g flour", "500 ml milk", "3 eggs", "50 g butter", "a pinch of salt"},
			Steps:       []string{"Whisk everything but half the butter into a smooth batter.", "Let it rest for half an hour.", "Fry thin crêpes in the rest of the butter."},
			Tags:        []string{"breakfast", "vegetarian"},
		},
		{
			Title: "Lentil dal", Rating: 4.5, Made: true, Servings: 4, PrepMinutes: 10, CookMinutes: 35,
			Description: "Red lentils, slowly cooked, with a quick spiced oil on top.",
			Ingredients: []string{"300 g red lentils", "1 tin of coconut milk", "1 tsp turmeric", "1 tbsp cumin seeds", "3 cloves of garlic", "1 chilli", "coriander"},
			Steps:       []string{"Simmer the lentils with the turmeric in a litre of water until soft.", "Stir in the coconut milk.", "Fry the cumin, garlic and chilli and pour them over."},
			Tags:        []string{"vegan", "weeknight"},
		},
		{
			Title: "Roast chicken with lemon", Servings: 4, PrepMinutes: 15, CookMinutes: 80,
			Ingredients: []string{"1 chicken", "2 lemons", "1 head of garlic", "thyme", "50 g butter"},
			Steps:       []string{"Heat the oven to 200 °C.", "Rub the chicken with butter, salt and thyme and put a lemon inside.", "Roast for 80 minutes with the garlic beside it, and rest it for ten."},
			Tags:        []string{"sunday"},
		},
		{
			Title: "No-knead bread", Rating: 5, Made: true, Favorite: true, Servings: 8, PrepMinutes: 10, CookMinutes: 45,
			Description: "Time does the work.",
			Ingredients: []string{"430 g bread flour", "345 g water", "8 g salt", "1 g dry yeast"},
			Steps:       []string{"Stir everything together and leave it covered for 14 hours.", "Fold, shape, and let it rise for an hour.", "Bake in a hot covered pot at 240 °C for 30 minutes and uncovered for 15."},
			Tags:        []string{"baking", "vegan"},
			Notes:       "In winter it needs two hours more.",
		},
		{
			Title: "Miso noodles", Rating: 3.5, Servings: 2, PrepMinutes: 5, CookMinutes: 10,
			Ingredients: []string{"200 g udon", "2 tbsp white miso", "1 tbsp butter", "2 spring onions", "1 egg each"},
			Steps:       []string{"Boil the noodles and the eggs.", "Whisk the miso and butter with a ladle of the noodles' water.", "Toss, and top with egg and spring onion."},
			Tags:        []string{"quick", "weeknight"},
		},
		{
			Title: "Chickpea salad with feta", Rating: 4, Made: true, Servings: 2, PrepMinutes: 15,
			Description: "Lunch from a tin, and it keeps until tomorrow.",
			Ingredients: []string{"1 tin of chickpeas", "1/2 cucumber", "200 g cherry tomatoes", "1 red onion", "100 g feta", "3 tbsp olive oil", "1 lemon", "parsley"},
			Steps:       []string{"Rinse the chickpeas and let them drain.", "Cut the vegetables small and chop the parsley.", "Mix everything with the oil and the juice of the lemon, and crumble the feta over it."},
			Tags:        []string{"salad", "quick", "vegetarian"},
			Nutrition:   map[string]string{"servingSize": "1 bowl", "calories": "520 kcal", "proteinContent": "21 g", "fiberContent": "11 g"},
		},
		{
			Title: "Rhubarb crumble", Rating: 4.5, Made: true, Favorite: true, Servings: 6, PrepMinutes: 20, CookMinutes: 40,
			Description: "Sour fruit under a crust that stays crisp.",
			Ingredients: []string{"800 g rhubarb", "150 g brown sugar", "150 g flour", "100 g cold butter", "50 g rolled oats", "1 tsp cinnamon"},
			Steps:       []string{"Heat the oven to 180 °C.", "Cut the rhubarb into a dish and mix it with a third of the sugar.", "Rub the rest into crumbs and spread them over it.", "Bake for 40 minutes, until the crust is brown and the juice bubbles."},
			Tags:        []string{"dessert", "baking"},
			Notes:       "Good with cold cream.",
		},
	}
}
