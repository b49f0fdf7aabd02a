/** Where to ask, from the test; and what was read, to the test. */
export const URL = process.env["GATEWAY_URL"]!;
export const TOKEN = process.env["GATEWAY_TOKEN"]!;

export function tell(found: object): void {
  process.stdout.write(JSON.stringify(found));
}
