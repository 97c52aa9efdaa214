"""The kit of the pages: layout, style sheet, headers, forms and Vietnamese. It knows no service."""
