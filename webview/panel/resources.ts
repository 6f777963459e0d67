// Files of the extension that the page fetches itself.

/** Fetches `uri`; throws where it is missing or the answer is no success. */
export async function fetchResource(uri: string | undefined): Promise<Response> {
  if (uri === undefined || uri === '') throw new Error('the page was not told its address');
  const response = await fetch(uri);
  if (!response.ok) throw new Error(`the answer was ${response.status} ${response.statusText}`);
  return response;
}

/** The message of anything thrown. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
