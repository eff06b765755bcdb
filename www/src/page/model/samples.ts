/** A set of sample pictures. */
export interface SampleSet {
  readonly id: string;
  readonly title: string;
  readonly credits: string;
  readonly licence: string;
  /** Paths relative to samples.json. */
  readonly files: readonly string[];
  /** What to paint. */
  readonly suggestedClass: string;
}

const listUrl = new URL('samples/samples.json', document.baseURI);

/** What there is to try; empty when the list cannot be fetched. */
export async function listSamples(): Promise<readonly SampleSet[]> {
  const response = await fetch(listUrl).catch(() => undefined);
  return response?.ok ? ((await response.json()) as { sets: SampleSet[] }).sets : [];
}

/** Address of a sample picture. */
export function sampleUrl(file: string): string {
  return new URL(file, listUrl).href;
}

/** The pictures of a set as files. */
export async function fetchSamples({ files }: SampleSet): Promise<File[]> {
  return Promise.all(
    files.map(async (file) => {
      const response = await fetch(sampleUrl(file));
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const blob = await response.blob();
      return new File([blob], file.split('/').pop() ?? file, { type: blob.type });
    }),
  );
}
