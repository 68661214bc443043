// Types of packages that bring none.
