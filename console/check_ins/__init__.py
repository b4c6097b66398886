"""Questions after a release, for caseworkers: written down on the page of a case, counted on a page of their own."""
