declare module "nbml:catalogue" {
  const catalogue: Record<"en" | "ja", Record<string, string>>;
  export default catalogue;
}
