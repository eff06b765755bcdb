// Lets the built page open offline. Weights are not kept here: the library caches them under their hash.
const NAME = 'anolis-shell-1';

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

// The page says what it used; that is all it takes to open again.
self.addEventListener('message', (event) => {
  if (event.data?.type === 'keep') event.waitUntil(keep(event.data.urls));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return;
  event.respondWith(isHashed(request.url) ? cacheFirst(request) : networkFirst(request));
});

async function keep(urls) {
  const cache = await caches.open(NAME);
  const wanted = new Set(urls);
  for (const { url } of await cache.keys()) {
    // Hashed files of an earlier version are never asked for again.
    if (isHashed(url) && !wanted.has(url)) await cache.delete(url);
  }
  await Promise.all(
    [...wanted].map(async (url) => {
      if (!(await cache.match(url, lenient))) await cache.add(url).catch(() => {});
    }),
  );
}

// Servers vary by origin, but everything here has the same one.
const lenient = { ignoreVary: true };

async function cacheFirst(request) {
  const cache = await caches.open(NAME);
  const cached = await cache.match(request, lenient);
  if (cached) return cached;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

async function networkFirst(request) {
  const cache = await caches.open(NAME);
  try {
    const response = await fetch(request);
    if (response.ok && response.status !== 206) await cache.put(request, response.clone());
    return response;
  } catch (reason) {
    const cached = await cache.match(request, { ...lenient, ignoreSearch: request.mode === 'navigate' });
    if (cached) return cached;
    throw reason;
  }
}

function isHashed(url) {
  return /\/assets\/[^/]+-[\w-]{8}\.\w+$/.test(new URL(url).pathname);
}
