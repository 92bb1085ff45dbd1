import type { PinnedPackage } from "./npm_packages.ts";
import type { Target } from "./targets.ts";

/** The Bun that builds the executable and runs inside it. */
export const BUN_VERSION = "1.4.5";

/** To change the version, take these from `npm view NAME@VERSION dist.integrity`. */
const INTEGRITY: Readonly<Record<string, string>> = {
  "@oven/bun-linux-x64":
    "sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==",
  "@oven/bun-linux-aarch64":
    "sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==",
  "@oven/bun-darwin-aarch64":
    "sha512-4MIFXHmctH2EhAxLXm2/qxNtv17dFtLJylvaOCsrgq6KSqHTs6eW5YSrJjRbJxYUJaR901fsN8JfZOa+CsWpWQ==",
  "@oven/bun-darwin-x64":
    "sha512-qkLPMGHZM9NI6CeHTWwVezzmlo6cC4Ta7yUAjYIWXS366qQcOlcp75t2uZyiuVRBMPS0h9qE0tCcvCHGaFqjJg==",
  "@oven/bun-windows-x64":
    "sha512-FNvply651vcE/GHgNWz6mZvhmkwBuu8Hw54oNzA+CQog+HW+542rXQmZqNHRkFxazD9L3xi+iTtvO3engAgJfw==",
};

/** Bun for a target. */
export function bunPackage(target: Target): PinnedPackage {
  const integrity = INTEGRITY[target.bunPackage];
  if (integrity === undefined) throw new Error(`Cannot get Bun for ${target.name}: its integrity is not pinned`);
  return { name: target.bunPackage, version: BUN_VERSION, integrity };
}
