/** Baked in by the build: the SHA-256 of the bytes of `graphql/operations/panel.graphql` and `product.graphql`. */
declare const PANEL_DOCUMENT_ID: string;
declare const PRODUCT_DOCUMENT_ID: string;

declare module "*.css" {
  const styles: string;
  export default styles;
}
