import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { withoutErrors } from './console.js';

export { expect };

interface Fixtures {
  /** The project's backend. */
  backend: 'cpu' | 'webgpu';
  /** The page, opened by {@link AnolisPage.open}. */
  anolis: AnolisPage;
  /** What a test may leave in the console. */
  allowed: RegExp[];
}

/** Fails every test that leaves an error in the console. */
export const test = base.extend<Fixtures>({
  allowed: [[], { option: true }],
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures are wanted from the pattern.
  backend: async ({}, use, info) => {
    await use(info.project.metadata['backend']);
  },
  page: ({ page, allowed }, use) => withoutErrors(page, allowed, use),
  anolis: async ({ page, backend }, use) => {
    await use(new AnolisPage(page, backend));
  },
});

/** The page as a person sees it. */
export class AnolisPage {
  readonly app: Locator;
  readonly canvas: Locator;
  readonly pictures: Locator;
  readonly tiles: Locator;
  readonly status: Locator;
  readonly problems: Locator;

  constructor(
    readonly page: Page,
    readonly backend: string,
  ) {
    this.app = page.locator('anolis-app');
    this.canvas = page.getByTestId('canvas');
    this.pictures = page.getByTestId('picture');
    this.tiles = page.locator('anolis-tile');
    this.status = page.getByTestId('status');
    this.problems = page.getByTestId('problems');
  }

  async open(backend = this.backend): Promise<void> {
    // A software GPU takes minutes for the enlarged pictures.
    const quality = backend === 'webgpu' ? '&quality=fast' : '';
    await this.page.goto(`/?backend=${backend}${quality}`);
    await this.ready();
  }

  async ready(): Promise<void> {
    await expect(this.app).toHaveAttribute('data-state', 'ready', { timeout: 600_000 });
  }

  async openSamples(set = 'coins'): Promise<void> {
    await this.page.locator(`[data-testid=sample][data-sample=${set}]`).click();
    await expect(this.canvas).toBeVisible();
  }

  /** Drags the brush along points given as fractions of the picture. */
  async paint(...points: readonly (readonly [number, number])[]): Promise<void> {
    await this.holdBrush(...points);
    await this.page.mouse.up();
  }

  /** As {@link paint}, and leaves the brush down. */
  async holdBrush(...points: readonly (readonly [number, number])[]): Promise<void> {
    const mouse = this.page.mouse;
    for (const [place, point] of points.entries()) {
      await mouse.move(...(await this.place(point)), { steps: 3 });
      if (place === 0) await mouse.down();
    }
  }

  /** Paints most of the first coin of the first sample. */
  async paintCoin(): Promise<void> {
    await this.paint([0.27, 0.25], [0.41, 0.25], [0.41, 0.33], [0.27, 0.33], [0.27, 0.38], [0.41, 0.38]);
  }

  /** Waits until every picture shows what the full network says. */
  async predicted(): Promise<void> {
    const shown = () =>
      this.tiles.evaluateAll((tiles) => tiles.map((tile) => (tile as HTMLElement).dataset['predicted']));
    await expect
      .poll(async () => new Set(await shown()), { timeout: this.backend === 'webgpu' ? 1_500_000 : 300_000 })
      .toEqual(new Set(['full']));
  }

  /** Share of each picture that is predicted to be an object. */
  covered(): Promise<number[]> {
    return this.tiles.evaluateAll((tiles) => tiles.map((tile) => Number((tile as HTMLElement).dataset['covered'])));
  }

  /** Where a share of the picture is on the screen. */
  async place([x, y]: readonly [number, number]): Promise<[number, number]> {
    const box = await this.canvas.getByTestId('stage').boundingBox();
    if (!box) throw new Error('the picture is not visible');
    return [box.x + x * box.width, box.y + y * box.height];
  }

  /** Clicks on points given as fractions of the picture. */
  async click(...points: readonly (readonly [number, number])[]): Promise<void> {
    for (const point of points) await this.page.mouse.click(...(await this.place(point)));
  }

  /** Chooses what to predict. */
  async kind(kind: 'mask' | 'keypoints' | 'map' | 'density'): Promise<void> {
    await this.page.getByTestId('kind').selectOption(kind);
  }

  /** Takes a tool by its name. */
  async tool(name: RegExp | string): Promise<void> {
    await this.page.getByRole('toolbar').getByRole('button', { name }).click();
  }

  /** Opens files as the file picker would. */
  async choose(...files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
    await this.page.locator('anolis-open-button input').first().setInputFiles(files);
  }
}
