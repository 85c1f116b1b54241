"""The commands of `laurel` that do more than start something: their options here, their work in modules beside."""
