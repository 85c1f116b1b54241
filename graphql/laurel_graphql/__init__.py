"""The two GraphQL schemas, storefront and merchant: types, resolvers and limits over the engine."""
