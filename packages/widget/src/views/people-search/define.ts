import { defineElement } from '../../internal/define.ts';
import { SealPeopleSearch } from './people-search.ts';

defineElement('seal-people-search', SealPeopleSearch);
