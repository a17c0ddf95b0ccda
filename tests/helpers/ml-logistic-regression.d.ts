// The package has no types; the adapter's own interface says what it uses.
declare module "ml-logistic-regression" {
  import type { MlLogisticRegressionClass } from "likewise";

  const LogisticRegression: MlLogisticRegressionClass;
  export default LogisticRegression;
}
