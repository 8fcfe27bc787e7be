/** Of the inspector's element, for those who send the focus there. */
export const inspectorId = 'inspector';
