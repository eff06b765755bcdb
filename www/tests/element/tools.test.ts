import { expect, it } from 'vitest';
import { toolNames, toolsOf } from '../../src/element/tools.js';

it('all tools are there unless somebody chooses', () => {
  expect(toolsOf(null)).toEqual(new Set(toolNames));
  expect(toolsOf('all')).toEqual(new Set(toolNames));
});

it('names may be parted by spaces or commas; unknown ones are none', () => {
  expect(toolsOf('draw, pictures')).toEqual(new Set(['draw', 'pictures']));
  expect(toolsOf(' status draw ')).toEqual(new Set(['status', 'draw']));
  expect(toolsOf('none')).toEqual(new Set());
  expect(toolsOf('hammer')).toEqual(new Set());
});
