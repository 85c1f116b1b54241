"""The pages that merchants see inside their Shopify admin: server-rendered, with Polaris web components."""
